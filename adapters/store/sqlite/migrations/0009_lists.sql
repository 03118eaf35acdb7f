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

-- Customers and connections are looked for by how their names begin. Those from before, as far as their names are ASCII or Swedish.
UPDATE customers SET doc = json_set(doc, '$.name_key', replace(replace(replace(lower(trim(doc ->> '$.name')), 'Å', 'å'), 'Ä', 'ä'), 'Ö', 'ö'));
UPDATE connections SET doc = json_set(doc, '$.name_key', replace(replace(replace(lower(trim(doc ->> '$.name')), 'Å', 'å'), 'Ä', 'ä'), 'Ö', 'ö'));
ALTER TABLE customers ADD COLUMN name_key TEXT AS (doc ->> '$.name_key');
ALTER TABLE connections ADD COLUMN name_key TEXT AS (doc ->> '$.name_key');
ALTER TABLE connections ADD COLUMN format TEXT AS (doc ->> '$.format');
CREATE INDEX customers_numbers ON customers (tenant, number, id);
CREATE INDEX customers_name ON customers (tenant, name_key, id);
CREATE INDEX connections_name ON connections (tenant, name_key, id);
CREATE INDEX connections_format ON connections (tenant, format, id);

-- The boxes that are ticked for customers. Triggers fill the table, so that the document alone says what holds.
CREATE TABLE customer_ticks (
  tenant   TEXT NOT NULL,
  name     TEXT NOT NULL, -- of the field
  customer TEXT NOT NULL,
  PRIMARY KEY (tenant, name, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_ticks_customer ON customer_ticks (tenant, customer);

CREATE VIEW ticks_of_customers AS
  SELECT tenant, key AS name, customers.id AS customer FROM customers, json_each(doc, '$.values') WHERE value = 'true';

CREATE TRIGGER customers_created AFTER INSERT ON customers BEGIN
  INSERT INTO customer_ticks SELECT * FROM ticks_of_customers WHERE tenant = new.tenant AND customer = new.id;
END;
CREATE TRIGGER customers_changed AFTER UPDATE OF doc ON customers BEGIN
  DELETE FROM customer_ticks WHERE tenant = new.tenant AND customer = new.id;
  INSERT INTO customer_ticks SELECT * FROM ticks_of_customers WHERE tenant = new.tenant AND customer = new.id;
END;
INSERT INTO customer_ticks SELECT * FROM ticks_of_customers;
