-- Sets of single cells with their labels: values as they stood in a file, one row a cell, its genes numbered by
-- cell_set_gene.

CREATE SEQUENCE cell_set_id;
CREATE TABLE cell_set (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    study_id INTEGER,
    organism VARCHAR NOT NULL,              -- human, mouse
    label_column VARCHAR NOT NULL,          -- the file's column of labels; empty: none
    donor_column VARCHAR NOT NULL,          -- the file's column of donors; empty: none
    layer VARCHAR NOT NULL,                 -- the file's matrix that was read
    scale VARCHAR NOT NULL,                 -- what its values are: counts, normalised, log
    format VARCHAR NOT NULL,                -- of the file, in words
    ingest_id INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE cell_set_gene (
    cell_set_id INTEGER NOT NULL,
    number INTEGER NOT NULL,                -- from 0: what places stand for
    name VARCHAR NOT NULL,                  -- as in the file
    identifier VARCHAR NOT NULL,            -- Ensembl id without its version, or empty
    gene_id INTEGER,                        -- NULL: the name is no known gene, or stands further up
    ingest_id INTEGER NOT NULL
);
CREATE TABLE cell_set_column (
    cell_set_id INTEGER NOT NULL,
    number INTEGER NOT NULL,                -- from 0, in the file's order
    name VARCHAR NOT NULL,
    texts BLOB NOT NULL,                    -- a JSON list of one text for each cell, deflated
    ingest_id INTEGER NOT NULL
);
CREATE TABLE cell_set_cell (
    cell_set_id INTEGER NOT NULL,
    number INTEGER NOT NULL,                -- from 0, in the file's order
    barcode VARCHAR NOT NULL,
    label VARCHAR NOT NULL,                 -- empty: none is known
    donor VARCHAR NOT NULL,                 -- likewise
    genes INTEGER NOT NULL,                 -- how many genes it shows
    places BLOB NOT NULL,                   -- steps between the numbers of these genes, ascending, deflated
    amounts BLOB NOT NULL,                  -- their values as in the file, deflated; see db.cells.packing
    ingest_id INTEGER NOT NULL
);
