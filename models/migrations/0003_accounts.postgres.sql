-- Signing in: tokens that end after a time unused, and limits on guessing that all workers share.

ALTER TABLE access_token ADD COLUMN origin TEXT NOT NULL DEFAULT 'MADE' CHECK (origin IN ('SIGN_IN', 'MADE'));
ALTER TABLE access_token ADD COLUMN idle_minutes INTEGER CHECK (idle_minutes > 0);
ALTER TABLE access_token ADD COLUMN idle_until TIMESTAMPTZ;

-- `used_up_until_ms` is the generic cell rate algorithm's theoretical arrival time. `name` is a hash.
CREATE TABLE attempt_limit (
  name TEXT COLLATE "C" PRIMARY KEY CHECK (char_length(name) = 64),
  used_up_until_ms BIGINT NOT NULL
);
CREATE INDEX ix_attempt_limit_over ON attempt_limit (used_up_until_ms);
