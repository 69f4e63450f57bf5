-- Who signs in elsewhere: an identity provider's name for somebody, and the practitioner who it is.
-- A subject is unique within its issuer alone, so the two together name one person.

CREATE TABLE outside_identity (
  practitioner_id TEXT COLLATE "C" NOT NULL REFERENCES practitioner (id),
  id TEXT COLLATE "C" NOT NULL CHECK (id LIKE 'oid\_%'),
  issuer TEXT COLLATE "C" NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 500),
  subject TEXT COLLATE "C" NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (practitioner_id, id),
  CONSTRAINT uq_outside_identity_subject UNIQUE (issuer, subject)
);
