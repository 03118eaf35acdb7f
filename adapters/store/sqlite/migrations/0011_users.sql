-- Users of the operators' pages, and their sign-ins. The platform keeps them, whichever shop they are of: an address of e-mail is
-- one user's in the whole gateway.

CREATE TABLE users (
  tenant    TEXT NOT NULL, -- always '-'
  id        TEXT NOT NULL,
  version   INTEGER NOT NULL,
  doc       TEXT NOT NULL,
  shop      TEXT AS (doc ->> '$.shop'), -- '-' for those of who runs the gateway
  email_key TEXT AS (doc ->> '$.email_key'),
  subject   TEXT AS (doc ->> '$.subject'), -- null where the user never signed in by OpenID Connect
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE UNIQUE INDEX users_email ON users (tenant, email_key);
CREATE INDEX users_shop ON users (tenant, shop, id);
CREATE INDEX users_subject ON users (tenant, subject, id) WHERE subject IS NOT NULL;

CREATE TABLE signins (
  tenant     TEXT NOT NULL, -- always '-'
  id         TEXT NOT NULL,
  version    INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  shop       TEXT AS (doc ->> '$.shop'),
  expires_at TEXT AS (doc ->> '$.expires_at'),
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX signins_shop ON signins (tenant, shop);
CREATE INDEX signins_expires_at ON signins (expires_at);
