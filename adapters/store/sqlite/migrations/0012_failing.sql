-- Connections that keep failing, for whoever looks what needs attention first.
ALTER TABLE connections ADD COLUMN failing_since TEXT AS (doc ->> '$.failing_since'); -- null unless it keeps failing
UPDATE connections SET doc = json_set(doc, '$.failing_since', doc ->> '$.health.since') WHERE doc ->> '$.health.failures' >= 5;
CREATE INDEX connections_failing ON connections (tenant, failing_since, id) WHERE failing_since IS NOT NULL;
