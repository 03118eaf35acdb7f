-- Calls that carry an idempotency key, with their answers.
CREATE TABLE replays (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  version    INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  expires_at TEXT AS (doc ->> '$.expires_at'),
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX replays_expires_at ON replays (expires_at);
