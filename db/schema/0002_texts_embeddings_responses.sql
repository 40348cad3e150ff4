-- What is written of genes, vectors of genes, and tables of responses.

CREATE TABLE gene_text (
    gene_id INTEGER NOT NULL,
    source VARCHAR NOT NULL,                -- such as refseq
    text VARCHAR NOT NULL,
    ingest_id INTEGER NOT NULL
);
CREATE TABLE gene_embedding (
    name VARCHAR NOT NULL,                  -- such as coessentiality
    gene_id INTEGER NOT NULL,
    vector FLOAT[] NOT NULL,
    ingest_id INTEGER NOT NULL
);

-- A response is a perturbation's effect on a readout. Perturbations and readouts are kept under the file's own names,
-- numbered within their table, so that a row whose name is no known gene still counts where a benchmark counts it.
CREATE SEQUENCE response_screen_id;
CREATE TABLE response_screen (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    study_id INTEGER,                       -- NULL: not declared
    organism VARCHAR NOT NULL,
    cell_type VARCHAR NOT NULL,
    condition VARCHAR NOT NULL,
    modality VARCHAR NOT NULL,              -- knockout, interference, activation, or empty
    readout_kind VARCHAR NOT NULL,          -- gene, gene_set
    ingest_id INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE response_perturbation (
    response_screen_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name VARCHAR NOT NULL,                  -- as in the file
    perturbation_id INTEGER,                -- NULL: the name is no known gene
    ingest_id INTEGER NOT NULL
);
CREATE TABLE response_readout (
    response_screen_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name VARCHAR NOT NULL,                  -- as in the file: a gene or a gene set
    gene_ids INTEGER[] NOT NULL,            -- one gene, or the members of the set; empty: no known gene
    ingest_id INTEGER NOT NULL
);
CREATE TABLE response (
    response_screen_id INTEGER NOT NULL,
    perturbation INTEGER NOT NULL,          -- number within response_perturbation
    readout INTEGER NOT NULL,               -- number within response_readout
    split VARCHAR NOT NULL,                 -- train, test, or empty: no split
    de BOOLEAN,                             -- differentially expressed; NULL: not labelled
    up BOOLEAN,                             -- raised by the perturbation; NULL: not labelled
    estimate DOUBLE CHECK (isfinite(estimate)),
    standard_error DOUBLE CHECK (isfinite(standard_error) AND standard_error >= 0),
    p DOUBLE CHECK (p BETWEEN 0 AND 1),
    fdr DOUBLE CHECK (fdr BETWEEN 0 AND 1),
    ingest_id INTEGER NOT NULL
);
