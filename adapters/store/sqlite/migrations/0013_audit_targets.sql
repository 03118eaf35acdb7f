-- What was done to one thing, such as an order.
ALTER TABLE audit ADD COLUMN target TEXT AS (entry ->> '$.target');
CREATE INDEX audit_target ON audit (tenant, target, at, id);
