-- Large tables carry integer ids, are inserted sorted, and have no PRIMARY KEY:
-- an index costs a factor of ten at ingest; uniqueness is checked by query instead.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
INSERT INTO meta VALUES ('revision', '0');

-- Ids come from sequences, so that the id of something removed is never given to something else:
-- evidence ids and the manifest outlive what they name.
CREATE SEQUENCE ingest_id;
CREATE SEQUENCE gene_set_collection_id;
CREATE SEQUENCE network_id;
CREATE SEQUENCE study_id;
CREATE SEQUENCE campaign_id;
CREATE SEQUENCE screen_id;
CREATE SEQUENCE contrast_id;
CREATE SEQUENCE replicate_id;
CREATE SEQUENCE round_id;

CREATE TABLE ingest (
    id INTEGER PRIMARY KEY,
    content_hash VARCHAR NOT NULL UNIQUE,   -- of the source's bytes and the options that it was read with
    kind VARCHAR NOT NULL,                  -- screen, genes, gene_sets, network, gene_values, results
    name VARCHAR NOT NULL,
    source VARCHAR NOT NULL,                -- file name or pack, never a whole path
    source_hash VARCHAR NOT NULL,
    tool VARCHAR NOT NULL,
    arguments VARCHAR NOT NULL,             -- JSON
    versions VARCHAR NOT NULL,              -- JSON
    created_at TIMESTAMP NOT NULL,          -- UTC
    parents INTEGER[] NOT NULL
);

CREATE TABLE ingest_note (                  -- rows kept aside or flagged, one line each
    ingest_id INTEGER NOT NULL,
    line BIGINT,                            -- line of the source file, NULL where it has none
    name VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    kept_aside BOOLEAN NOT NULL,            -- false: the row is used, with a flag
    source_row VARCHAR NOT NULL             -- JSON of the row as it was read
);

-- Genes -------------------------------------------------------------------------------------------

CREATE TABLE gene (
    id INTEGER PRIMARY KEY,
    organism VARCHAR NOT NULL,              -- human, mouse
    symbol VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    accession VARCHAR NOT NULL,             -- HGNC:5, MGI:87853
    locus_type VARCHAR NOT NULL,
    ingest_id INTEGER NOT NULL
);
CREATE TABLE gene_name (
    gene_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    tier VARCHAR NOT NULL                   -- approved, previous, alias
);
CREATE TABLE gene_identifier (
    gene_id INTEGER NOT NULL,
    namespace VARCHAR NOT NULL,             -- hgnc, entrez, ensembl, uniprot, mgi
    identifier VARCHAR NOT NULL
);
CREATE TABLE ortholog (
    human_gene_id INTEGER NOT NULL,
    mouse_gene_id INTEGER NOT NULL,
    sources INTEGER NOT NULL,               -- number of supporting databases
    ingest_id INTEGER NOT NULL
);
CREATE TABLE gene_set_collection (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    ingest_id INTEGER NOT NULL
);
CREATE TABLE gene_set (
    id INTEGER PRIMARY KEY,
    collection_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    description VARCHAR NOT NULL
);
CREATE TABLE gene_set_member (gene_set_id INTEGER NOT NULL, gene_id INTEGER NOT NULL);
CREATE TABLE network (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, ingest_id INTEGER NOT NULL);
CREATE TABLE edge (
    network_id INTEGER NOT NULL,
    gene_a INTEGER NOT NULL,                -- gene_a < gene_b
    gene_b INTEGER NOT NULL,
    weight DOUBLE NOT NULL
);
CREATE TABLE gene_value (                   -- one number a gene: DepMap effect, essential or not
    property VARCHAR NOT NULL,
    gene_id INTEGER NOT NULL,
    value DOUBLE NOT NULL CHECK (isfinite(value)),
    ingest_id INTEGER NOT NULL
);

-- Screens -----------------------------------------------------------------------------------------

CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    citation VARCHAR NOT NULL,
    licence VARCHAR NOT NULL
);
CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    question VARCHAR NOT NULL,              -- JSON of db.records.Question
    settings VARCHAR NOT NULL,              -- JSON of db.records.CampaignSettings
    measured_screen_id INTEGER,
    created_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP
);
CREATE TABLE screen (
    id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    study_id INTEGER,                       -- NULL: not declared
    campaign_id INTEGER,                    -- set for a campaign's own results
    organism VARCHAR NOT NULL,
    cell_type VARCHAR NOT NULL,
    phenotype VARCHAR NOT NULL,
    condition VARCHAR NOT NULL,
    library VARCHAR NOT NULL,
    modality VARCHAR NOT NULL,              -- knockout, interference, activation, or empty
    method VARCHAR NOT NULL,
    readout VARCHAR NOT NULL,
    readout_gene VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    hit_rule VARCHAR NOT NULL,
    side VARCHAR NOT NULL,                  -- low, high, both
    ingest_id INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE contrast (
    id INTEGER PRIMARY KEY,
    screen_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    test_arm VARCHAR NOT NULL,
    control_arm VARCHAR NOT NULL,
    estimate_kind VARCHAR NOT NULL,         -- lfc, beta, z, signed_log10_p, bayes_factor, rank
    positive_means VARCHAR NOT NULL,        -- raises, lowers: of the SOURCE; effects here are harmonised
    sign_evidence VARCHAR NOT NULL,         -- how that is known
    ingest_id INTEGER NOT NULL
);
CREATE TABLE replicate (
    id INTEGER PRIMARY KEY,
    contrast_id INTEGER NOT NULL,
    name VARCHAR NOT NULL
);
CREATE TABLE perturbation (
    id INTEGER PRIMARY KEY,
    organism VARCHAR NOT NULL,
    name VARCHAR NOT NULL,                  -- A or A+B
    gene_id INTEGER NOT NULL,
    second_gene_id INTEGER,
    UNIQUE (organism, name)
);
CREATE TABLE source_name (                  -- how a screen's own file writes a perturbation
    screen_id INTEGER NOT NULL,
    perturbation_id INTEGER NOT NULL,
    name VARCHAR NOT NULL
);
-- DOUBLE, not FLOAT: p-values below 1e-38 are common in MAGeCK files and would become a false zero.
CREATE TABLE effect (
    contrast_id INTEGER NOT NULL,
    perturbation_id INTEGER NOT NULL,
    replicate_id INTEGER,                   -- NULL: combined over replicates
    estimate DOUBLE NOT NULL CHECK (isfinite(estimate)),
    standard_error DOUBLE CHECK (isfinite(standard_error) AND standard_error >= 0),
    p_low DOUBLE CHECK (p_low BETWEEN 0 AND 1),
    p_high DOUBLE CHECK (p_high BETWEEN 0 AND 1),
    fdr_low DOUBLE CHECK (fdr_low BETWEEN 0 AND 1),
    fdr_high DOUBLE CHECK (fdr_high BETWEEN 0 AND 1),
    guides SMALLINT,
    ingest_id INTEGER NOT NULL
);
CREATE TABLE control_effect (               -- rows of the file that are negative controls
    contrast_id INTEGER NOT NULL,
    replicate_id INTEGER,
    name VARCHAR NOT NULL,
    estimate DOUBLE NOT NULL CHECK (isfinite(estimate)),
    guides SMALLINT,
    ingest_id INTEGER NOT NULL
);
CREATE TABLE hit_list (                     -- published hits, for the rule list:<hash>
    hash VARCHAR NOT NULL,
    perturbation_id INTEGER NOT NULL,
    ingest_id INTEGER NOT NULL
);

-- Campaigns ---------------------------------------------------------------------------------------

CREATE TABLE campaign_library (campaign_id INTEGER NOT NULL, perturbation_id INTEGER NOT NULL);
CREATE TABLE campaign_exclusion (
    campaign_id INTEGER NOT NULL,
    perturbation_id INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE round (
    id INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    state VARCHAR NOT NULL,                 -- open, confirmed, measured
    seed BIGINT NOT NULL,
    shortlist VARCHAR NOT NULL,             -- JSON: size, expected hits, controls, predictor, ignored
    created_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    measured_at TIMESTAMP
);
CREATE TABLE nomination (
    round_id INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    perturbation_id INTEGER NOT NULL,
    hit_probability DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    utility DOUBLE NOT NULL,
    support DOUBLE NOT NULL,
    nominated_by VARCHAR NOT NULL,          -- computed, grade, control
    flags VARCHAR[] NOT NULL,
    grade DOUBLE,
    reason VARCHAR NOT NULL,
    evidence VARCHAR[] NOT NULL,
    outcome VARCHAR NOT NULL                -- waiting, measured, missing, dropped
);
CREATE TABLE round_results (                -- a corrected file adds a revision; the newest counts
    round_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    contrast_id INTEGER NOT NULL,
    placement VARCHAR NOT NULL,             -- JSON: how the round was placed on the campaign's scale
    ingest_id INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE grade (
    round_id INTEGER NOT NULL,
    perturbation_id INTEGER NOT NULL,
    draw INTEGER NOT NULL,
    grade DOUBLE NOT NULL CHECK (grade BETWEEN 0 AND 4),
    reason VARCHAR NOT NULL,
    evidence VARCHAR[] NOT NULL,
    graded_by VARCHAR NOT NULL,
    transcript_id VARCHAR,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE transcript (
    id VARCHAR PRIMARY KEY,
    campaign_id INTEGER,
    file_name VARCHAR NOT NULL,
    language_model VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    title VARCHAR NOT NULL
);
