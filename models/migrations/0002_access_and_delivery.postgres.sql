-- Who may ask, what a change owes others, and what makes a change safe to repeat.

CREATE TABLE access_token (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'tok\_%'),
  kind TEXT NOT NULL CHECK (kind IN ('PRACTITIONER', 'READ_ONLY', 'CLIENT')),
  client_id TEXT COLLATE "C",
  label TEXT NOT NULL CHECK (char_length(label) BETWEEN 1 AND 200),
  secret_hash TEXT COLLATE "C" NOT NULL CONSTRAINT uq_access_token_secret UNIQUE CHECK (char_length(secret_hash) = 64),
  created_at TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ,
  expires_at TIMESTAMPTZ,
  revoked_at TIMESTAMPTZ,
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_access_token_client FOREIGN KEY (practitioner_id, client_id) REFERENCES client (practitioner_id, id),
  CONSTRAINT ck_access_token_client CHECK ((kind = 'CLIENT') = (client_id IS NOT NULL))
);
CREATE INDEX ix_access_token_client ON access_token (practitioner_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE outbox_message (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'msg\_%'),
  kind TEXT NOT NULL,
  session_id TEXT COLLATE "C",
  client_id TEXT COLLATE "C",
  payload TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  available_at TIMESTAMPTZ NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  last_error TEXT,
  sent_at TIMESTAMPTZ,
  failed_at TIMESTAMPTZ,
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_outbox_session FOREIGN KEY (practitioner_id, session_id) REFERENCES session (practitioner_id, id)
);
CREATE INDEX ix_outbox_due ON outbox_message (available_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX ix_outbox_client ON outbox_message (practitioner_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE idempotency_key (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  actor TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
  operation TEXT NOT NULL,
  fingerprint TEXT NOT NULL CHECK (char_length(fingerprint) = 64),
  result TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (practitioner_id, actor, key)
);
CREATE INDEX ix_idempotency_key_expiry ON idempotency_key (expires_at);

CREATE TABLE imported_row (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  source TEXT COLLATE "C" NOT NULL CHECK (char_length(source) BETWEEN 1 AND 64),
  kind TEXT NOT NULL CHECK (kind IN ('cli', 'srv', 'cal', 'ses')),
  row_digest TEXT COLLATE "C" NOT NULL CHECK (char_length(row_digest) = 64),
  record_id TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (practitioner_id, source, kind, row_digest)
);
