-- The record: a practitioner, what belongs to them, and the audit trail.
-- Every key leads with the tenant, so that no foreign key can cross from one to another.

CREATE TABLE practitioner (
  id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'prc_*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
  email_folded TEXT NOT NULL CONSTRAINT uq_practitioner_email UNIQUE,
  password_hash TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  version INTEGER NOT NULL CHECK (version >= 1)
) STRICT;

CREATE TABLE client (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'cli_*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email TEXT CHECK (length(email) BETWEEN 3 AND 320),
  phone TEXT CHECK (length(phone) BETWEEN 1 AND 50),
  time_zone TEXT NOT NULL,
  search_text TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id)
) STRICT;
CREATE INDEX ix_client_name ON client (practitioner_id, sort_name, id);
CREATE INDEX ix_client_newest ON client (practitioner_id, created_at, id);

CREATE TABLE service (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'srv_*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  sort_name TEXT NOT NULL,
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  price_minor INTEGER NOT NULL CHECK (price_minor BETWEEN 0 AND 1000000000000),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id)
) STRICT;
CREATE INDEX ix_service_name ON service (practitioner_id, sort_name, id);

CREATE TABLE calendar (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'cal_*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  sort_name TEXT NOT NULL,
  color TEXT CHECK (length(color) = 7),
  time_zone TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id)
) STRICT;
CREATE INDEX ix_calendar_name ON calendar (practitioner_id, sort_name, id);

-- status_rank puts the groups of "by status" in order, highest first, so that the whole order
-- (status_rank, starts_at, id) runs one way and one index serves it.
CREATE TABLE session (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'ses_*'),
  client_id TEXT,
  service_id TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  starts_at TEXT NOT NULL CHECK (starts_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  ends_at TEXT NOT NULL CHECK (ends_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW')),
  status_rank INTEGER NOT NULL GENERATED ALWAYS AS (
    CASE status WHEN 'PENDING' THEN 5 WHEN 'CONFIRMED' THEN 4 WHEN 'COMPLETED' THEN 3 WHEN 'CANCELLED' THEN 2 ELSE 1 END
  ) STORED,
  overlap_allowed INTEGER NOT NULL CHECK (overlap_allowed IN (0, 1)),
  price_minor INTEGER NOT NULL CHECK (price_minor BETWEEN 0 AND 1000000000000),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  customer_notes TEXT,
  customer_notes_folded TEXT,
  private_notes TEXT,
  cancelled_at TEXT CHECK (cancelled_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  cancelled_by TEXT CHECK (cancelled_by IN ('PRACTITIONER', 'CLIENT', 'SYSTEM')),
  cancellation_reason TEXT,
  origin_kind TEXT CHECK (origin_kind IN ('DUPLICATE', 'FOLLOW_UP')),
  origin_id TEXT,
  rescheduled_count INTEGER NOT NULL CHECK (rescheduled_count >= 0),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_session_client FOREIGN KEY (practitioner_id, client_id) REFERENCES client (practitioner_id, id),
  CONSTRAINT fk_session_service FOREIGN KEY (practitioner_id, service_id) REFERENCES service (practitioner_id, id),
  CONSTRAINT fk_session_calendar FOREIGN KEY (practitioner_id, calendar_id) REFERENCES calendar (practitioner_id, id),
  CONSTRAINT fk_session_origin FOREIGN KEY (practitioner_id, origin_id) REFERENCES session (practitioner_id, id),
  CONSTRAINT ck_session_ends_at CHECK (ends_at = strftime('%Y-%m-%dT%H:%M:%SZ', starts_at, duration_minutes || ' minutes')),
  CONSTRAINT ck_session_cancellation CHECK (
    (status = 'CANCELLED') = (cancelled_at IS NOT NULL)
    AND (status = 'CANCELLED') = (cancelled_by IS NOT NULL)
    AND (status = 'CANCELLED' OR cancellation_reason IS NULL)
  ),
  CONSTRAINT ck_session_origin CHECK ((origin_kind IS NULL) = (origin_id IS NULL)),
  CONSTRAINT ck_session_folded CHECK ((customer_notes IS NULL) = (customer_notes_folded IS NULL))
) STRICT;
-- A client's history and the whole calendar, newest or oldest first; every period and date range.
CREATE INDEX ix_session_history ON session (practitioner_id, client_id, starts_at, id);
CREATE INDEX ix_session_agenda ON session (practitioner_id, starts_at, id);
-- The same two by status.
CREATE INDEX ix_session_history_by_status ON session (practitioner_id, client_id, status_rank, starts_at, id);
CREATE INDEX ix_session_agenda_by_status ON session (practitioner_id, status_rank, starts_at, id);
-- What is still to happen, or needs a status: few rows of many.
CREATE INDEX ix_session_open ON session (practitioner_id, starts_at, id) WHERE status IN ('PENDING', 'CONFIRMED');
-- Who holds a slot.
CREATE INDEX ix_session_slot ON session (practitioner_id, calendar_id, starts_at) WHERE status IN ('PENDING', 'CONFIRMED', 'COMPLETED');
-- What follows or copies a session, and the foreign key of services.
CREATE INDEX ix_session_origin ON session (practitioner_id, origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX ix_session_service ON session (practitioner_id, service_id);

CREATE TABLE session_event (
  practitioner_id TEXT NOT NULL,
  id TEXT NOT NULL CHECK (id GLOB 'evt_*'),
  session_id TEXT NOT NULL,
  session_version INTEGER NOT NULL CHECK (session_version >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('BOOKED', 'STATUS_CHANGED', 'RESCHEDULED', 'EDITED', 'CUSTOMER_NOTES_CHANGED', 'PRIVATE_NOTES_CHANGED', 'CLIENT_DELETED', 'EMAIL_SENT', 'IMPORTED')),
  actor TEXT NOT NULL CHECK (actor IN ('PRACTITIONER', 'CLIENT', 'SYSTEM')),
  changes TEXT NOT NULL,
  reason TEXT,
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_session_event_session FOREIGN KEY (practitioner_id, session_id) REFERENCES session (practitioner_id, id)
) STRICT;
CREATE INDEX ix_session_event_trail ON session_event (practitioner_id, session_id, session_version, id);

-- The audit trail only grows.
CREATE TRIGGER session_event_is_never_changed BEFORE UPDATE ON session_event
BEGIN SELECT RAISE(ABORT, 'session_event is append-only'); END;
CREATE TRIGGER session_event_is_never_deleted BEFORE DELETE ON session_event
BEGIN SELECT RAISE(ABORT, 'session_event is append-only'); END;

-- A session may not take a slot of which another holds a part, unless it is allowed to overlap.
-- No session lasts longer than a day, so the search for the others begins a day before.
CREATE TRIGGER session_takes_a_free_slot BEFORE INSERT ON session
WHEN NEW.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NOT NEW.overlap_allowed
BEGIN
  SELECT RAISE(ABORT, 'session_slot_taken') WHERE EXISTS (
    SELECT 1 FROM session other
    WHERE other.practitioner_id = NEW.practitioner_id AND other.calendar_id = NEW.calendar_id
      AND other.status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
      AND other.starts_at > strftime('%Y-%m-%dT%H:%M:%SZ', NEW.starts_at, '-1 day')
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at);
END;
CREATE TRIGGER session_moves_to_a_free_slot
BEFORE UPDATE OF calendar_id, starts_at, ends_at, status, overlap_allowed ON session
WHEN NEW.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NOT NEW.overlap_allowed
  AND (OLD.status NOT IN ('PENDING', 'CONFIRMED', 'COMPLETED') OR OLD.overlap_allowed
    OR OLD.calendar_id <> NEW.calendar_id OR OLD.starts_at <> NEW.starts_at OR OLD.ends_at <> NEW.ends_at)
BEGIN
  SELECT RAISE(ABORT, 'session_slot_taken') WHERE EXISTS (
    SELECT 1 FROM session other
    WHERE other.practitioner_id = NEW.practitioner_id AND other.calendar_id = NEW.calendar_id
      AND other.status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
      AND other.starts_at > strftime('%Y-%m-%dT%H:%M:%SZ', NEW.starts_at, '-1 day')
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at AND other.id <> NEW.id);
END;
