-- Purchase orders that come in, what the shop answers to them, and the look-ups by which they find connection and order.

CREATE TABLE receipts (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  version      INTEGER NOT NULL,
  doc          TEXT NOT NULL,
  connection   TEXT AS (doc ->> '$.connection'),
  document_id  TEXT AS (doc ->> '$.document_id'),
  number       TEXT AS (doc ->> '$.number'),
  "order"      TEXT AS (doc ->> '$.order'), -- null while there is none
  status       TEXT AS (doc ->> '$.status'),
  status_since TEXT AS (doc ->> '$.status_since'),
  received_at  TEXT AS (doc ->> '$.received_at'),
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX receipts_document_id ON receipts (tenant, connection, document_id, received_at, id);
CREATE INDEX receipts_number ON receipts (tenant, connection, number, received_at, id);
CREATE INDEX receipts_order ON receipts (tenant, "order", received_at, id);
CREATE INDEX receipts_list ON receipts (tenant, status, status_since, id);

-- The document of a receipt and what was read in it, which never change.
CREATE TABLE receipt_contents (
  tenant  TEXT NOT NULL,
  id      TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE answers (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  version  INTEGER NOT NULL,
  doc      TEXT NOT NULL,
  "order"  TEXT AS (doc ->> '$.order'),
  position INTEGER AS (doc ->> '$.position'),
  due      TEXT AS (doc ->> '$.delivery.due'), -- null unless there is something to deliver
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX answers_order ON answers (tenant, "order", position);
CREATE INDEX answers_due ON answers (due) WHERE due IS NOT NULL;

-- The document of an answer, which never changes.
CREATE TABLE answer_contents (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

-- The From identities of connections. Triggers fill the table, so that the document alone says what holds.
CREATE TABLE connection_identities (
  tenant     TEXT NOT NULL,
  connection TEXT NOT NULL,
  identity   TEXT NOT NULL, -- trimmed as identities are compared: of what Unicode calls White_Space
  PRIMARY KEY (tenant, connection, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX connection_identities_identity ON connection_identities (tenant, identity);

CREATE VIEW identities_of_connections AS
  SELECT DISTINCT tenant, connections.id AS connection, trim(value ->> '$.id', char(
    9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239,
    8287, 12288
  )) AS identity
  FROM connections, json_each(doc, '$.login.from');

CREATE TRIGGER connections_created AFTER INSERT ON connections BEGIN
  INSERT INTO connection_identities
    SELECT * FROM identities_of_connections WHERE tenant = new.tenant AND connection = new.id;
END;
CREATE TRIGGER connections_changed AFTER UPDATE OF doc ON connections BEGIN
  DELETE FROM connection_identities WHERE tenant = new.tenant AND connection = new.id;
  INSERT INTO connection_identities
    SELECT * FROM identities_of_connections WHERE tenant = new.tenant AND connection = new.id;
END;
INSERT INTO connection_identities SELECT * FROM identities_of_connections;

-- What the lines of an order are called: by key, and by article number, which is the GTIN where there is no SKU. It is
-- written with the order and never changes.
CREATE TABLE order_lines (
  tenant     TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind       TEXT NOT NULL, -- key or sku
  name       TEXT NOT NULL,
  id         TEXT NOT NULL, -- of the order
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant, connection, kind, name, id)
) STRICT, WITHOUT ROWID;
ALTER TABLE orders ADD COLUMN created_at TEXT AS (doc ->> '$.created_at');

WITH lines AS (
  SELECT orders.tenant, orders.connection, orders.id, orders.created_at, value AS line
  FROM orders JOIN order_contents USING (tenant, id), json_each(cart, '$.lines')
)
INSERT INTO order_lines
  SELECT tenant, connection, 'key', line ->> '$.key', id, created_at FROM lines WHERE line ->> '$.key' <> ''
  UNION
  SELECT tenant, connection, 'sku', coalesce(line ->> '$.sku', line ->> '$.gtin'), id, created_at FROM lines
  WHERE coalesce(line ->> '$.sku', line ->> '$.gtin') <> '';
