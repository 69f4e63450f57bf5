-- Who may ask, what a change owes others, and what makes a change safe to repeat.

CREATE TABLE access_token (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'tok_*'),
  kind TEXT NOT NULL CHECK (kind IN ('PRACTITIONER', 'READ_ONLY', 'CLIENT')),
  client_id TEXT,
  label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
  secret_hash TEXT NOT NULL CONSTRAINT uq_access_token_secret UNIQUE CHECK (length(secret_hash) = 64),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  last_used_at TEXT CHECK (last_used_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  expires_at TEXT CHECK (expires_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  revoked_at TEXT CHECK (revoked_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_access_token_client FOREIGN KEY (practitioner_id, client_id) REFERENCES client (practitioner_id, id),
  CONSTRAINT ck_access_token_client CHECK ((kind = 'CLIENT') = (client_id IS NOT NULL))
) STRICT;
CREATE INDEX ix_access_token_client ON access_token (practitioner_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE outbox_message (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'msg_*'),
  kind TEXT NOT NULL,
  session_id TEXT,
  client_id TEXT,
  payload TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  available_at TEXT NOT NULL CHECK (available_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  last_error TEXT,
  sent_at TEXT CHECK (sent_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  failed_at TEXT CHECK (failed_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_outbox_session FOREIGN KEY (practitioner_id, session_id) REFERENCES session (practitioner_id, id)
) STRICT;
CREATE INDEX ix_outbox_due ON outbox_message (available_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX ix_outbox_client ON outbox_message (practitioner_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE idempotency_key (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  actor TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  operation TEXT NOT NULL,
  fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
  result TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  expires_at TEXT NOT NULL CHECK (expires_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, actor, key)
) STRICT;
CREATE INDEX ix_idempotency_key_expiry ON idempotency_key (expires_at);

CREATE TABLE imported_row (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 64),
  kind TEXT NOT NULL CHECK (kind IN ('cli', 'srv', 'cal', 'ses')),
  row_digest TEXT NOT NULL CHECK (length(row_digest) = 64),
  record_id TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, source, kind, row_digest)
) STRICT;
