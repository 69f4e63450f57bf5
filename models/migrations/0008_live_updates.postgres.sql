-- Live updates: what was written to the trail since somebody last looked, and a word to those who wait for it.

-- Transactions end in another order than they begin in, so no number that a row is given tells what has
-- become visible since. Whether its transaction had ended when one looked does (models/engines/trails.py).
-- Rows from before have this migration's own transaction: the default is computed once, and no row is written.
ALTER TABLE session_event ADD COLUMN written_by xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX ix_session_event_written_by ON session_event (written_by);

-- Told when the transaction is committed, once however many statements it had.
CREATE FUNCTION session_event_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('session_event', '');
  RETURN NULL;
END $$;
CREATE TRIGGER session_event_is_told AFTER INSERT ON session_event
FOR EACH STATEMENT EXECUTE FUNCTION session_event_is_told();
