-- Statistics are read from the index of the history alone: it also has what they count and add up.
-- One index the wider and none the more; why: docs/decisions/0023-statistics-are-read-from-the-historys-index.md

DROP INDEX ix_session_history;
CREATE INDEX ix_session_history ON session (practitioner_id, client_id, starts_at, id) INCLUDE (status, currency, price_minor, ends_at, service_id);
