CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The record: a practitioner, what belongs to them, and the audit trail.
-- Every key leads with the tenant, so that no foreign key can cross from one to another.

CREATE TABLE practitioner (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (id LIKE 'prc\_%'),
  name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  email TEXT NOT NULL CHECK (char_length(email) BETWEEN 3 AND 320),
  email_folded TEXT NOT NULL CONSTRAINT uq_practitioner_email UNIQUE,
  password_hash TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (char_length(currency) = 3),
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1)
);

CREATE TABLE client (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'cli\_%'),
  name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  email TEXT CHECK (char_length(email) BETWEEN 3 AND 320),
  phone TEXT CHECK (char_length(phone) BETWEEN 1 AND 50),
  time_zone TEXT NOT NULL,
  search_text TEXT NOT NULL,
  sort_name TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id)
);
CREATE INDEX ix_client_name ON client (practitioner_id, sort_name, id);
CREATE INDEX ix_client_newest ON client (practitioner_id, created_at, id);

CREATE TABLE service (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'srv\_%'),
  name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  sort_name TEXT COLLATE "C" NOT NULL,
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  price_minor BIGINT NOT NULL CHECK (price_minor BETWEEN 0 AND 1000000000000),
  currency TEXT NOT NULL CHECK (char_length(currency) = 3),
  active BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id)
);
CREATE INDEX ix_service_name ON service (practitioner_id, sort_name, id);

CREATE TABLE calendar (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'cal\_%'),
  name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  sort_name TEXT COLLATE "C" NOT NULL,
  color TEXT CHECK (char_length(color) = 7),
  time_zone TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id)
);
CREATE INDEX ix_calendar_name ON calendar (practitioner_id, sort_name, id);

-- status_rank puts the groups of "by status" in order, highest first, so that the whole order
-- (status_rank, starts_at, id) runs one way and one index serves it.
CREATE TABLE session (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'ses\_%'),
  client_id TEXT COLLATE "C",
  service_id TEXT COLLATE "C" NOT NULL,
  calendar_id TEXT COLLATE "C" NOT NULL,
  starts_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL,
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW')),
  status_rank INTEGER NOT NULL GENERATED ALWAYS AS (
    CASE status WHEN 'PENDING' THEN 5 WHEN 'CONFIRMED' THEN 4 WHEN 'COMPLETED' THEN 3 WHEN 'CANCELLED' THEN 2 ELSE 1 END
  ) STORED,
  overlap_allowed BOOLEAN NOT NULL,
  price_minor BIGINT NOT NULL CHECK (price_minor BETWEEN 0 AND 1000000000000),
  currency TEXT NOT NULL CHECK (char_length(currency) = 3),
  customer_notes TEXT,
  customer_notes_folded TEXT,
  private_notes TEXT,
  cancelled_at TIMESTAMPTZ,
  cancelled_by TEXT CHECK (cancelled_by IN ('PRACTITIONER', 'CLIENT', 'SYSTEM')),
  cancellation_reason TEXT,
  origin_kind TEXT CHECK (origin_kind IN ('DUPLICATE', 'FOLLOW_UP')),
  origin_id TEXT COLLATE "C",
  rescheduled_count INTEGER NOT NULL CHECK (rescheduled_count >= 0),
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_session_client FOREIGN KEY (practitioner_id, client_id) REFERENCES client (practitioner_id, id),
  CONSTRAINT fk_session_service FOREIGN KEY (practitioner_id, service_id) REFERENCES service (practitioner_id, id),
  CONSTRAINT fk_session_calendar FOREIGN KEY (practitioner_id, calendar_id) REFERENCES calendar (practitioner_id, id),
  CONSTRAINT fk_session_origin FOREIGN KEY (practitioner_id, origin_id) REFERENCES session (practitioner_id, id),
  CONSTRAINT ck_session_ends_at CHECK (ends_at = starts_at + make_interval(mins => duration_minutes)),
  CONSTRAINT ck_session_cancellation CHECK (
    (status = 'CANCELLED') = (cancelled_at IS NOT NULL)
    AND (status = 'CANCELLED') = (cancelled_by IS NOT NULL)
    AND (status = 'CANCELLED' OR cancellation_reason IS NULL)
  ),
  CONSTRAINT ck_session_origin CHECK ((origin_kind IS NULL) = (origin_id IS NULL)),
  CONSTRAINT ck_session_folded CHECK ((customer_notes IS NULL) = (customer_notes_folded IS NULL))
);
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
  practitioner_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'evt\_%'),
  session_id TEXT COLLATE "C" NOT NULL,
  session_version INTEGER NOT NULL CHECK (session_version >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('BOOKED', 'STATUS_CHANGED', 'RESCHEDULED', 'EDITED', 'CUSTOMER_NOTES_CHANGED', 'PRIVATE_NOTES_CHANGED', 'CLIENT_DELETED', 'EMAIL_SENT', 'IMPORTED')),
  actor TEXT NOT NULL CHECK (actor IN ('PRACTITIONER', 'CLIENT', 'SYSTEM')),
  changes TEXT NOT NULL,
  reason TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT fk_session_event_session FOREIGN KEY (practitioner_id, session_id) REFERENCES session (practitioner_id, id)
);
CREATE INDEX ix_session_event_trail ON session_event (practitioner_id, session_id, session_version, id);

-- The audit trail only grows.
CREATE FUNCTION session_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'session_event is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER session_event_is_never_changed BEFORE UPDATE OR DELETE ON session_event
FOR EACH ROW EXECUTE FUNCTION session_event_is_append_only();
CREATE TRIGGER session_event_is_never_emptied BEFORE TRUNCATE ON session_event
FOR EACH STATEMENT EXECUTE FUNCTION session_event_is_append_only();

-- A session may not take a slot of which another holds a part, unless it is allowed to overlap.
-- The trigger sees the sessions that are there, those allowed to overlap among them; the constraint
-- decides between two that take the same slot at the same moment, which cannot see each other.
CREATE FUNCTION session_takes_a_free_slot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NOT OLD.overlap_allowed
    AND OLD.calendar_id = NEW.calendar_id AND OLD.starts_at = NEW.starts_at AND OLD.ends_at = NEW.ends_at THEN
    RETURN NEW;
  END IF;
  IF EXISTS (
    SELECT 1 FROM session other
    WHERE other.practitioner_id = NEW.practitioner_id AND other.calendar_id = NEW.calendar_id
      AND other.status IN ('PENDING', 'CONFIRMED', 'COMPLETED')
      AND other.starts_at > NEW.starts_at - interval '1 day'
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at AND other.id <> NEW.id) THEN
    RAISE EXCEPTION 'session_slot_taken' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER session_takes_a_free_slot BEFORE INSERT OR UPDATE OF calendar_id, starts_at, ends_at, status, overlap_allowed
ON session FOR EACH ROW
WHEN (NEW.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NOT NEW.overlap_allowed)
EXECUTE FUNCTION session_takes_a_free_slot();
ALTER TABLE session ADD CONSTRAINT session_slot_taken EXCLUDE USING gist (
  practitioner_id WITH =, calendar_id WITH =, tstzrange(starts_at, ends_at) WITH &&
) WHERE (status IN ('PENDING', 'CONFIRMED', 'COMPLETED') AND NOT overlap_allowed);
