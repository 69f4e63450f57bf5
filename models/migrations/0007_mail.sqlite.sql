-- Mail: who sends what is owed, what became of it, and links to calendars as feeds.

-- `session_version` is the version that the change made: mails of one session leave in its order.
-- A mail is being sent by one worker until `claimed_until`. `message_id` is set at the first attempt
-- and stays. `carried_by` says what took the mail: a mail server (SMTP) or a directory of files.
ALTER TABLE outbox_message ADD COLUMN session_version INTEGER NOT NULL DEFAULT 0 CHECK (session_version >= 0);
ALTER TABLE outbox_message ADD COLUMN claimed_until TEXT CHECK (claimed_until GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z');
ALTER TABLE outbox_message ADD COLUMN message_id TEXT;
ALTER TABLE outbox_message ADD COLUMN carried_by TEXT CHECK (carried_by IN ('SMTP', 'FILE'));
-- What was owed before this is not sent any more: it does not say what it was about, and it is late.
UPDATE outbox_message SET
  session_version = COALESCE(json_extract(payload, '$.sessionVersion'), 0),
  failed_at = COALESCE(failed_at, available_at),
  last_error = 'It was owed before this server sent mail.'
WHERE sent_at IS NULL;

CREATE INDEX ix_outbox_session ON outbox_message (practitioner_id, session_id, session_version);
CREATE INDEX ix_outbox_mails ON outbox_message (practitioner_id, created_at, id);
CREATE INDEX ix_outbox_done ON outbox_message (created_at) WHERE sent_at IS NOT NULL OR failed_at IS NOT NULL;

-- A link that shows a calendar to whoever has it; only a hash of its secret is kept.
CREATE TABLE calendar_feed (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'fed_*'),
  calendar_id TEXT NOT NULL,
  secret_hash TEXT NOT NULL CHECK (length(secret_hash) = 64),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  last_fetched_at TEXT CHECK (last_fetched_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_calendar_feed_calendar FOREIGN KEY (practitioner_id, calendar_id) REFERENCES calendar (practitioner_id, id)
) STRICT;
-- A link names no tenant: whoever follows it is told apart by the secret in it.
CREATE UNIQUE INDEX uq_calendar_feed_id ON calendar_feed (id);
CREATE INDEX ix_calendar_feed_calendar ON calendar_feed (practitioner_id, calendar_id);
