-- What finds the personal data whose time is over, or that a person asks to have erased.
ALTER TABLE sessions ADD COLUMN status TEXT AS (doc ->> '$.status');
ALTER TABLE sessions ADD COLUMN ended_at TEXT AS (doc ->> '$.ended_at');
ALTER TABLE sessions ADD COLUMN email TEXT AS (doc ->> '$.email'); -- null where the procurement system told none

-- Those from before, as far as their addresses are ASCII.
UPDATE sessions SET doc = json_set(doc, '$.email', lower(trim(doc ->> '$.visit.person.email')))
  WHERE doc ->> '$.visit.person.email' IS NOT NULL;

CREATE INDEX sessions_ended ON sessions (tenant, status, ended_at);
CREATE INDEX sessions_email ON sessions (tenant, email, id) WHERE email IS NOT NULL;

CREATE INDEX order_lines_order ON order_lines (tenant, id);
