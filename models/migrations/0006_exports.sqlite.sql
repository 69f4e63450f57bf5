-- Exports: what was asked for, the files that were made, and who took what out when.

-- `holder_id` is the access token or outside identity that asked: with it the link opens, and
-- without it no more. `request` says which sessions; it and `secret`, the part of the link that
-- nobody can guess, are sealed with the key that `sealed_with` names, where there is one. No foreign
-- key to the client: the link of a deleted one still has to say that it leads nowhere (GONE).
CREATE TABLE export (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'exp_*'),
  client_id TEXT NOT NULL,
  holder_id TEXT NOT NULL,
  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('PRACTITIONER', 'READ_ONLY')),
  format TEXT NOT NULL CHECK (format IN ('CSV', 'PDF')),
  with_private_notes INTEGER NOT NULL CHECK (with_private_notes IN (0, 1)),
  request TEXT NOT NULL,
  secret TEXT NOT NULL,
  sealed_with TEXT,
  file_name TEXT NOT NULL,
  session_count INTEGER NOT NULL CHECK (session_count >= 0),
  state TEXT NOT NULL CHECK (state IN ('WAITING', 'RENDERING', 'READY', 'FAILED', 'GONE')),
  rendered_count INTEGER NOT NULL CHECK (rendered_count >= 0),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  claimed_until TEXT CHECK (claimed_until GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  byte_count INTEGER CHECK (byte_count >= 0),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  expires_at TEXT NOT NULL CHECK (expires_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id)
) STRICT;
-- A link names no tenant: whoever follows it is told apart by the secret in it.
CREATE UNIQUE INDEX uq_export_id ON export (id);
CREATE INDEX ix_export_client ON export (practitioner_id, client_id);
-- What still has to be made, of all practitioners, and what has had its time.
CREATE INDEX ix_export_to_make ON export (created_at, id) WHERE state IN ('WAITING', 'RENDERING');
CREATE INDEX ix_export_expires ON export (expires_at);

-- A file in pieces of a bounded size, so that no more than one is in memory; sealed like notes.
CREATE TABLE export_piece (
  practitioner_id TEXT NOT NULL,
  export_id TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 0),
  content BLOB NOT NULL,
  sealed_with TEXT,
  PRIMARY KEY (practitioner_id, export_id, number),
  CONSTRAINT fk_export_piece_export FOREIGN KEY (practitioner_id, export_id)
    REFERENCES export (practitioner_id, id) ON DELETE CASCADE
) STRICT;

-- The trail of exports outlives them, and the client: it holds no personal data of theirs.
CREATE TABLE export_event (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'xev_*'),
  export_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('REQUESTED', 'DOWNLOADED')),
  format TEXT NOT NULL CHECK (format IN ('CSV', 'PDF')),
  with_private_notes INTEGER NOT NULL CHECK (with_private_notes IN (0, 1)),
  session_count INTEGER NOT NULL CHECK (session_count >= 0),
  holder_id TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id)
) STRICT;
CREATE INDEX ix_export_event_trail ON export_event (practitioner_id, created_at, id);

CREATE TRIGGER export_event_is_never_changed BEFORE UPDATE ON export_event
BEGIN SELECT RAISE(ABORT, 'export_event is append-only'); END;
CREATE TRIGGER export_event_is_never_deleted BEFORE DELETE ON export_event
BEGIN SELECT RAISE(ABORT, 'export_event is append-only'); END;
