-- Signing in: tokens that end after a time unused, and limits on guessing that all workers share.

ALTER TABLE access_token ADD COLUMN origin TEXT NOT NULL DEFAULT 'MADE' CHECK (origin IN ('SIGN_IN', 'MADE'));
ALTER TABLE access_token ADD COLUMN idle_minutes INTEGER CHECK (idle_minutes > 0);
ALTER TABLE access_token ADD COLUMN idle_until TEXT CHECK (idle_until GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z');

-- `used_up_until_ms` is the generic cell rate algorithm's theoretical arrival time. `name` is a hash.
CREATE TABLE attempt_limit (
  name TEXT PRIMARY KEY CHECK (length(name) = 64),
  used_up_until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_attempt_limit_over ON attempt_limit (used_up_until_ms);
