-- An answer keeps the format of its document. Those from before were delivered by the format of their connection's orders.

UPDATE answers SET doc = json_set(answers.doc, '$.format', connections.doc ->> '$.ordering.format')
  FROM connections
  WHERE connections.tenant = answers.tenant AND connections.id = answers.doc ->> '$.connection';
