-- Private notes sealed at rest: which key sealed a note, and how a key is known again.

-- NULL: the note is plain text. A note is sealed exactly when a key is named, so that neither can
-- be taken for the other, whatever the note says.
ALTER TABLE session ADD COLUMN private_notes_key TEXT
  CONSTRAINT ck_session_private_notes_key CHECK (private_notes_key IS NULL OR private_notes IS NOT NULL);
-- Which keys are in use is asked at every start; the notes themselves are long, and are not read.
CREATE INDEX ix_session_private_notes_key ON session (private_notes_key) WHERE private_notes_key IS NOT NULL;

-- A proof opens with the key that sealed it, and with no other.
CREATE TABLE notes_key (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  proof TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z')
) STRICT;
