-- An aggregate is one row: its tenant, its identifier, the version that every change asks for, and a JSON document with
-- everything else. What a look-up needs is a virtual column computed from the document, so that the document alone says
-- what holds, and a later look-up is one more column and index that also cover what was stored before.
--
-- Every index is led by the tenant but those of the sweeps, which serve all tenants and hold only what may be due.

CREATE TABLE tenants (
  tenant  TEXT NOT NULL, -- always '-', for tenants belong to the platform
  id      TEXT NOT NULL,
  version INTEGER NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE customers (
  tenant  TEXT NOT NULL,
  id      TEXT NOT NULL,
  version INTEGER NOT NULL,
  doc     TEXT NOT NULL,
  number  TEXT AS (doc ->> '$.number'), -- null where the customer has none, and nulls do not collide
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE UNIQUE INDEX customers_number ON customers (tenant, number);

CREATE TABLE connections (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  version  INTEGER NOT NULL,
  doc      TEXT NOT NULL,
  customer TEXT AS (doc ->> '$.customer'),
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX connections_customer ON connections (tenant, customer, id);

CREATE TABLE links (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  version    INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  connection TEXT AS (doc ->> '$.connection'),
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX links_connection ON links (tenant, connection, id);

CREATE TABLE sessions (
  tenant  TEXT NOT NULL,
  id      TEXT NOT NULL,
  version INTEGER NOT NULL,
  doc     TEXT NOT NULL,
  due     TEXT AS (doc ->> '$.due'), -- null once the session has ended
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX sessions_due ON sessions (due) WHERE due IS NOT NULL;

CREATE TABLE orders (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  version      INTEGER NOT NULL,
  doc          TEXT NOT NULL,
  cart_id      TEXT AS (doc ->> '$.cart_id'),
  connection   TEXT AS (doc ->> '$.connection'),
  status       TEXT AS (doc ->> '$.status'),
  status_since TEXT AS (doc ->> '$.status_since'),
  test         INTEGER AS (doc ->> '$.test'),
  due          TEXT AS (doc ->> '$.due'), -- null unless the order awaits its completion
  push_due     TEXT AS (doc ->> '$.push.due'),
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE UNIQUE INDEX orders_cart_id ON orders (tenant, cart_id);
-- The column test comes last, so that one index serves the feed with test orders and the one without; the latter skips
-- them within the index.
CREATE INDEX orders_feed ON orders (tenant, status, status_since, id, test);
CREATE INDEX orders_due ON orders (due) WHERE due IS NOT NULL;
CREATE INDEX orders_push_due ON orders (push_due) WHERE push_due IS NOT NULL;

-- The cart of an order and its document, which never change: beside the order, so that no change of its status rewrites
-- them.
CREATE TABLE order_contents (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  cart     TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE order_numbers (
  tenant TEXT NOT NULL PRIMARY KEY,
  last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  tenant  TEXT NOT NULL,
  id      TEXT NOT NULL,
  version INTEGER NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
