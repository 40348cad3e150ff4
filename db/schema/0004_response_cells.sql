-- A stated sample of single cells of a table of responses, from which cells can be drawn later: one row a cell, its
-- genes numbered by response_cells_gene.

CREATE TABLE response_cells_gene (
    response_screen_id INTEGER NOT NULL,
    number INTEGER NOT NULL,                -- from 0: what places stand for
    name VARCHAR NOT NULL,                  -- as in the file
    gene_id INTEGER,                        -- NULL: the name is no known gene
    ingest_id INTEGER NOT NULL
);
CREATE TABLE response_cells (
    response_screen_id INTEGER NOT NULL,
    number INTEGER NOT NULL,                -- from 0, controls first
    perturbation VARCHAR NOT NULL,          -- approved name; empty: a control
    stratum VARCHAR NOT NULL,                 -- within which it was compared; empty: none
    genes INTEGER NOT NULL,                 -- how many genes it shows
    places BLOB NOT NULL,                   -- uint32, little endian: numbers of these genes, ascending
    amounts BLOB NOT NULL,                  -- float32, little endian: their log1p CP10k
    ingest_id INTEGER NOT NULL
);
