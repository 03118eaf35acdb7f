-- How often wrong secrets came from an address.

CREATE TABLE throttles (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  version    INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  expires_at TEXT AS (doc ->> '$.expires_at'),
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX throttles_expires_at ON throttles (expires_at);
