-- Lists of sessions and orders, the newest first: an index for each combination of filters. Those of the span of time alone also have
-- all that tallies count.
ALTER TABLE sessions ADD COLUMN connection TEXT AS (doc ->> '$.connection');
ALTER TABLE sessions ADD COLUMN created_at TEXT AS (doc ->> '$.created_at');
ALTER TABLE sessions ADD COLUMN test INTEGER AS (doc ->> '$.visit.test');
CREATE INDEX sessions_list ON sessions (tenant, created_at, id, connection, status, test);
CREATE INDEX sessions_list_status ON sessions (tenant, status, created_at, id);
CREATE INDEX sessions_list_connection ON sessions (tenant, connection, created_at, id);
CREATE INDEX sessions_list_both ON sessions (tenant, connection, status, created_at, id);
DROP INDEX sessions_email;
CREATE INDEX sessions_email ON sessions (tenant, email, created_at, id) WHERE email IS NOT NULL;

CREATE INDEX orders_list ON orders (tenant, created_at, id, connection, status, test);
CREATE INDEX orders_list_status ON orders (tenant, status, created_at, id);
CREATE INDEX orders_list_connection ON orders (tenant, connection, created_at, id);
CREATE INDEX orders_list_both ON orders (tenant, connection, status, created_at, id);

-- What orders are called, beside the cart id.
ALTER TABLE orders ADD COLUMN number INTEGER AS (doc ->> '$.number');
ALTER TABLE orders ADD COLUMN purchase_order TEXT AS (doc ->> '$.purchase_order'); -- null while there is none
ALTER TABLE orders ADD COLUMN erp_reference TEXT AS (doc ->> '$.erp_reference');   -- likewise
CREATE INDEX orders_number ON orders (tenant, number, created_at, id);
CREATE INDEX orders_purchase_order ON orders (tenant, purchase_order, created_at, id) WHERE purchase_order IS NOT NULL;
CREATE INDEX orders_erp_reference ON orders (tenant, erp_reference, created_at, id) WHERE erp_reference IS NOT NULL;
