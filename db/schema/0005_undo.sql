-- What the last write took away or changed, so that it can be put back: one act at a time. Beside this table lie the
-- rows themselves, as they were, in tables undo.kept_0, undo.kept_1 …

CREATE SCHEMA IF NOT EXISTS undo;
CREATE TABLE undo.act (
    number INTEGER NOT NULL,                -- of the step within the write; taken back from the last to the first
    title VARCHAR NOT NULL,                 -- what was done, in words
    revision BIGINT NOT NULL,               -- the store's after the write; another one means that something came later
    kept VARCHAR NOT NULL,                  -- JSON: which rows were kept, table by table
    created_at TIMESTAMP NOT NULL
);
