-- Who signs in elsewhere: an identity provider's name for somebody, and the practitioner who it is.
-- A subject is unique within its issuer alone, so the two together name one person.

CREATE TABLE outside_identity (
  practitioner_id TEXT NOT NULL REFERENCES practitioner (id),
  id TEXT NOT NULL CHECK (id GLOB 'oid_*'),
  issuer TEXT NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z'),
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT uq_outside_identity_subject UNIQUE (issuer, subject)
) STRICT;
