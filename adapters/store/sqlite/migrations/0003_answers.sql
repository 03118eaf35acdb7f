-- An answer keeps the format of its document. Those from before were delivered by the format of their connection's orders.
-- Deliveries leave out connections that are busy.

ALTER TABLE answers ADD COLUMN connection TEXT AS (doc ->> '$.connection');

UPDATE answers SET doc = json_set(answers.doc, '$.format', connections.doc ->> '$.ordering.format')
  FROM connections
  WHERE connections.tenant = answers.tenant AND connections.id = answers.connection;
