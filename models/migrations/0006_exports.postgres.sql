-- Exports: what was asked for, the files that were made, and who took what out when.

-- `holder_id` is the access token or outside identity that asked: with it the link opens, and
-- without it no more. `request` says which sessions; it and `secret`, the part of the link that
-- nobody can guess, are sealed with the key that `sealed_with` names, where there is one. No foreign
-- key to the client: the link of a deleted one still has to say that it leads nowhere (GONE).
CREATE TABLE export (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'exp\_%'),
  client_id TEXT COLLATE "C" NOT NULL,
  holder_id TEXT COLLATE "C" NOT NULL,
  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('PRACTITIONER', 'READ_ONLY')),
  format TEXT NOT NULL CHECK (format IN ('CSV', 'PDF')),
  with_private_notes BOOLEAN NOT NULL,
  request TEXT NOT NULL,
  secret TEXT NOT NULL,
  sealed_with TEXT COLLATE "C",
  file_name TEXT NOT NULL,
  session_count INTEGER NOT NULL CHECK (session_count >= 0),
  state TEXT NOT NULL CHECK (state IN ('WAITING', 'RENDERING', 'READY', 'FAILED', 'GONE')),
  rendered_count INTEGER NOT NULL CHECK (rendered_count >= 0),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  claimed_until TIMESTAMPTZ,
  byte_count BIGINT CHECK (byte_count >= 0),
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (practitioner_id, id)
);
-- A link names no tenant: whoever follows it is told apart by the secret in it.
CREATE UNIQUE INDEX uq_export_id ON export (id);
CREATE INDEX ix_export_client ON export (practitioner_id, client_id);
-- What still has to be made, of all practitioners, and what has had its time.
CREATE INDEX ix_export_to_make ON export (created_at, id) WHERE state IN ('WAITING', 'RENDERING');
CREATE INDEX ix_export_expires ON export (expires_at);

-- A file in pieces of a bounded size, so that no more than one is in memory; sealed like notes.
CREATE TABLE export_piece (
  practitioner_id TEXT COLLATE "C" NOT NULL,
  export_id TEXT COLLATE "C" NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 0),
  content BYTEA NOT NULL,
  sealed_with TEXT COLLATE "C",
  PRIMARY KEY (practitioner_id, export_id, number),
  CONSTRAINT fk_export_piece_export FOREIGN KEY (practitioner_id, export_id)
    REFERENCES export (practitioner_id, id) ON DELETE CASCADE
);

-- The trail of exports outlives them, and the client: it holds no personal data of theirs.
CREATE TABLE export_event (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'xev\_%'),
  export_id TEXT COLLATE "C" NOT NULL,
  client_id TEXT COLLATE "C" NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('REQUESTED', 'DOWNLOADED')),
  format TEXT NOT NULL CHECK (format IN ('CSV', 'PDF')),
  with_private_notes BOOLEAN NOT NULL,
  session_count INTEGER NOT NULL CHECK (session_count >= 0),
  holder_id TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (practitioner_id, id)
);
CREATE INDEX ix_export_event_trail ON export_event (practitioner_id, created_at, id);

CREATE FUNCTION export_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'export_event is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER export_event_is_never_changed BEFORE UPDATE OR DELETE ON export_event
FOR EACH ROW EXECUTE FUNCTION export_event_is_append_only();
CREATE TRIGGER export_event_is_never_emptied BEFORE TRUNCATE ON export_event
FOR EACH STATEMENT EXECUTE FUNCTION export_event_is_append_only();
