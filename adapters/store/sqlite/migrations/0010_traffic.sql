-- The record of calls. A record is never changed; its payloads stand in the last column, which lists do not read.
CREATE TABLE traffic (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL, -- sorts as the times at which records are made
  record     TEXT NOT NULL,
  connection TEXT AS (record ->> '$.connection'),
  step       TEXT AS (record ->> '$.step'),
  verdict    TEXT AS (record ->> '$.verdict'),
  session    TEXT AS (record ->> '$.session'), -- null where it belongs to none
  payloads   TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

-- Lists are filtered by any of connection, step and verdict. There are three verdicts, whose ranges are merged where all are asked for.
CREATE INDEX traffic_verdict ON traffic (tenant, verdict, id);
CREATE INDEX traffic_connection ON traffic (tenant, connection, verdict, id);
CREATE INDEX traffic_step ON traffic (tenant, step, verdict, id);
CREATE INDEX traffic_connection_step ON traffic (tenant, connection, step, verdict, id);
CREATE INDEX traffic_session ON traffic (tenant, session, id);

-- What a record is found by: the order's number, the cart's id and the like.
CREATE TABLE traffic_names (
  tenant TEXT NOT NULL,
  name   TEXT NOT NULL,
  id     TEXT NOT NULL,
  PRIMARY KEY (tenant, name, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX traffic_names_record ON traffic_names (tenant, id);
