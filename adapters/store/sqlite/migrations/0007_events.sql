-- What others must be told of, and what was given up: of deliveries and of telling.

ALTER TABLE orders ADD COLUMN tell_due TEXT AS (doc ->> '$.outbox.due');
ALTER TABLE sessions ADD COLUMN tell_due TEXT AS (doc ->> '$.outbox.due');
ALTER TABLE connections ADD COLUMN tell_due TEXT AS (doc ->> '$.outbox.due');
CREATE INDEX orders_tell_due ON orders (tell_due) WHERE tell_due IS NOT NULL;
CREATE INDEX sessions_tell_due ON sessions (tell_due) WHERE tell_due IS NOT NULL;
CREATE INDEX connections_tell_due ON connections (tell_due) WHERE tell_due IS NOT NULL;

ALTER TABLE orders ADD COLUMN given_up TEXT AS (doc ->> '$.given_up');
ALTER TABLE sessions ADD COLUMN given_up TEXT AS (doc ->> '$.outbox.given_up_at');
ALTER TABLE connections ADD COLUMN given_up TEXT AS (doc ->> '$.outbox.given_up_at');
ALTER TABLE answers ADD COLUMN given_up TEXT AS (doc ->> '$.delivery.given_up_at');
CREATE INDEX orders_given_up ON orders (tenant, given_up, id) WHERE given_up IS NOT NULL;
CREATE INDEX sessions_given_up ON sessions (tenant, given_up, id) WHERE given_up IS NOT NULL;
CREATE INDEX connections_given_up ON connections (tenant, given_up, id) WHERE given_up IS NOT NULL;
CREATE INDEX answers_given_up ON answers (tenant, given_up, id) WHERE given_up IS NOT NULL;

-- Deliveries that were given up before their time was kept, as of the time of the order or the answer.
UPDATE orders SET doc = json_set(doc, '$.push.given_up_at', doc ->> '$.status_since', '$.given_up', doc ->> '$.status_since')
  WHERE doc ->> '$.push.wanted' AND doc ->> '$.push.due' IS NULL AND doc ->> '$.push.last_error' IS NOT NULL
    AND doc ->> '$.transferred_at' IS NULL AND status = 'prepared';
UPDATE answers SET doc = json_set(doc, '$.delivery.given_up_at', doc ->> '$.created_at')
  WHERE doc ->> '$.delivery.wanted' AND doc ->> '$.delivery.due' IS NULL AND doc ->> '$.delivery.delivered_at' IS NULL
    AND doc ->> '$.delivery.last_error' IS NOT NULL;
