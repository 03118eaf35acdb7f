-- The audit log: entries, and what came of them. Nothing in it is ever changed, and nothing is removed but what is older than
-- the tenant's log goes back; the file itself refuses everything else.
CREATE TABLE audit (
  tenant TEXT NOT NULL,
  id     TEXT NOT NULL,
  entry  TEXT NOT NULL,
  at     TEXT AS (entry ->> '$.at'),
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX audit_at ON audit (tenant, at, id);

CREATE TABLE audit_outcomes (
  tenant  TEXT NOT NULL,
  id      TEXT NOT NULL, -- of the entry
  outcome TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

-- How far the log of a tenant goes back.
CREATE TABLE audit_begins (
  tenant TEXT NOT NULL PRIMARY KEY,
  at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_outcomes_never_changed BEFORE UPDATE ON audit_outcomes BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_never_removed BEFORE DELETE ON audit
  WHEN NOT EXISTS (SELECT 1 FROM audit_begins WHERE audit_begins.tenant = old.tenant AND old.at < audit_begins.at) BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_outcomes_never_removed BEFORE DELETE ON audit_outcomes
  WHEN NOT EXISTS (
    SELECT 1 FROM audit JOIN audit_begins USING (tenant)
    WHERE tenant = old.tenant AND audit.id = old.id AND audit.at < audit_begins.at
  ) BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;

-- INSERT OR REPLACE would remove a row without asking the triggers above.
CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit
  WHEN EXISTS (SELECT 1 FROM audit WHERE audit.tenant = new.tenant AND audit.id = new.id) BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_outcomes_never_replaced BEFORE INSERT ON audit_outcomes
  WHEN EXISTS (SELECT 1 FROM audit_outcomes WHERE audit_outcomes.tenant = new.tenant AND audit_outcomes.id = new.id) BEGIN
  SELECT raise(ABORT, 'the audit log is append-only');
END;
