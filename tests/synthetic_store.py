"""A small world whose truth is known: genes in modules, sets and a network that show them, screens that they move."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from db.genes.embeddings import write_gene_embedding
from db.genes.networks import write_network
from db.genes.nomenclature import write_genes
from db.genes.sets import write_gene_sets
from db.genes.texts import write_gene_texts
from db.genes.values import write_gene_values
from db.provenance import content_hash, record_ingest
from db.records import Study
from db.screens.writing import (
    add_study,
    ensure_perturbations,
    insert_contrast,
    insert_effects,
    insert_screen,
    insert_source_names,
)
from db.store import Store
from tests.store_copy import copied
from tools import registry
from tools.packs.loaders.base import LoadStep, Source
from tools.workspace import Paths, Workspace

GENES = 600
MODULE = 20
SYMBOLS = [f"GENE{i:04d}" for i in range(GENES)]
MODULE_OF = np.arange(GENES) // MODULE
ESSENTIAL = SYMBOLS[: 2 * MODULE]
FITNESS = SYMBOLS[: 2 * MODULE + 10]
"""The essential genes, and ten whose loss slows growth by DepMap's mean effect alone."""
WORDS = ["kinase", "receptor", "ligase", "channel", "helicase", "transporter"]


def _name(module: int, rng: np.random.Generator) -> str:
    words = [WORDS[module % len(WORDS)], f"family{module}", "alpha", "beta", "subunit", "member"]
    return " ".join(word for word in words if rng.random() < 0.8) or "orphan"


def _ingest(connection, kind, name, *content: pd.DataFrame | pd.Series):
    hashes = [hashlib.sha256(pd.util.hash_pandas_object(one).to_numpy().tobytes()).hexdigest() for one in content]
    return record_ingest(
        connection, content=content_hash([kind, name, *hashes], {}), kind=kind, name=name, source="synthetic",
        source_hash="0", tool="test", arguments={},
    )  # fmt: skip


def add_knowledge(
    store: Store, *, sets: bool = True, network: bool = True, essentials: bool = True, vectors: bool = False
) -> None:
    """Genes with names, and what is known of them; with `vectors` also texts, embeddings and responses."""
    rng = np.random.default_rng(1)
    with store.write("test") as connection:
        genes = pd.DataFrame(
            {
                "accession": [f"HGNC:{i + 1}" for i in range(GENES)],
                "symbol": SYMBOLS,
                # Chance decides on each word: singular values that are all equal would turn freely with rounding.
                "name": [_name(module, rng) for module in MODULE_OF],
                "locus_type": "gene with protein product",
            }
        )
        names = pd.DataFrame({"accession": ["HGNC:401"], "name": ["cytokin"], "tier": ["alias"]})
        identifiers = pd.DataFrame({"accession": ["HGNC:1"], "namespace": ["entrez"], "identifier": ["1"]})
        write_genes(connection, _ingest(connection, "genes", "hgnc", genes), "human", genes, names, identifiers)
        ids = connection.execute("SELECT id FROM gene ORDER BY symbol").df()["id"].to_numpy()
        if sets:
            rows = [
                {"gene_set": f"MODULE_{m}_{WORDS[m % len(WORDS)]}", "description": "", "gene_id": ids[g]}
                for m in range(GENES // MODULE)
                for g in np.flatnonzero(m == MODULE_OF)
                if rng.random() < 0.9
            ]
            members = pd.DataFrame(rows)
            write_gene_sets(connection, _ingest(connection, "gene_sets", "cp", members), "CP", members)
        if essentials:
            rows = [{"gene_set": "CEGv2", "description": "", "gene_id": ids[i]} for i in range(len(ESSENTIAL))]
            members = pd.DataFrame(rows)
            write_gene_sets(connection, _ingest(connection, "gene_sets", "essentials", members), "essentials", members)
            common = pd.DataFrame({"gene_id": ids[:500], "value": (np.arange(500) < len(ESSENTIAL)).astype(float)})
            write_gene_values(
                connection, _ingest(connection, "gene_values", "ce", common), "depmap_common_essential", common
            )
            # Below −.2 exactly for the fitness genes.
            sizes = np.abs(rng.normal(size=400))
            values = np.where(np.arange(400) < len(FITNESS), -0.25 - sizes, sizes - 0.15)
            effect = pd.DataFrame({"gene_id": ids[:400], "value": values})
            write_gene_values(connection, _ingest(connection, "gene_values", "de", effect), "depmap_effect", effect)
        if vectors:
            _add_vectors(connection, ids)
        if network:
            pairs = [
                (ids[a], ids[b], 0.9 if MODULE_OF[a] == MODULE_OF[b] else 0.4)
                for a in range(GENES)
                for b in range(a + 1, GENES)
                if rng.random() < (0.5 if MODULE_OF[a] == MODULE_OF[b] else 0.002)
            ]
            edges = pd.DataFrame(pairs, columns=["gene_a", "gene_b", "weight"])
            write_network(connection, _ingest(connection, "network", "STRING", edges), "STRING", edges)


def add_mouse_genes(store: Store, paired: list[str]) -> None:
    """A mouse gene for each human one (Gene0001 for GENE0001), and orthologs of those that are named."""
    genes = pd.DataFrame(
        {"accession": [f"MGI:{i + 1}" for i in range(GENES)], "symbol": [one.title() for one in SYMBOLS], "name": ""}
    ).assign(locus_type="")
    names = pd.DataFrame({"accession": ["MGI:401"], "name": ["cytokin"], "tier": ["alias"]})
    identifiers = pd.DataFrame({"accession": ["MGI:1"], "namespace": ["entrez"], "identifier": ["9001"]})
    pairs = pd.DataFrame({"symbol": paired})
    with store.write("test") as connection:
        write_genes(connection, _ingest(connection, "genes", "mgi", genes), "mouse", genes, names, identifiers)
        ingest_id = _ingest(connection, "orthologs", "human–mouse orthologs", pairs)
        connection.execute(
            "INSERT INTO ortholog SELECT h.id, m.id, 12, ? FROM gene h JOIN gene m ON lower(m.symbol) = lower(h.symbol)"
            " WHERE h.organism = 'human' AND m.organism = 'mouse' AND h.symbol IN (SELECT unnest(?::VARCHAR[]))",
            [ingest_id, paired],
        )


def add_expression(workspace: Workspace, folder: Path) -> None:
    """Loads expression: T cells lack the genes of odd number, K-562 has all, but the last was never measured there."""
    with workspace.store.write("test") as connection:
        connection.execute(
            "INSERT INTO gene_identifier SELECT id, 'ensembl', 'ENSG0000000' || symbol[5:] FROM gene"
            " WHERE organism = 'human'"
        )
    table = pd.DataFrame({"GeneID": [f"ENSG0000000{symbol[4:]}" for symbol in SYMBOLS]})
    table["T-cells"] = np.where(np.arange(GENES) % 2 == 0, 1.0, 0.9)
    table["K-562"] = [5.0] * (GENES - 1) + [np.nan]
    table.to_csv(folder / "table.tsv.gz", sep="\t", index=False)
    step = LoadStep("expression", ("table.tsv.gz",), {"ensembl": "GeneID"})
    loader = registry.load("loaders", "expression")()
    assert [loader.load(workspace, Source("expression", folder), step).state for _ in range(2)] == ["loaded", "already"]


def _add_vectors(connection, ids) -> None:
    """Summaries, two embeddings that show the modules, and how broad the response to some knockdowns is."""
    rng = np.random.default_rng(2)
    texts = [f"Works with family{module} in the {WORDS[module % 5]} way of life." for module in MODULE_OF[:500]]
    rows = pd.DataFrame({"gene_id": ids[:500], "text": texts})
    write_gene_texts(connection, _ingest(connection, "gene_texts", "refseq", rows), "refseq", "human", rows)
    centres = rng.normal(size=(GENES // MODULE, 12))
    for name, count in (("coessentiality", 550), ("gene_texts", 590)):
        made = (centres[MODULE_OF] + rng.normal(size=(GENES, 12)))[:count].astype(np.float32)
        write_gene_embedding(
            connection, _ingest(connection, "embedding", name, pd.DataFrame(made)), name, ids[:count], made
        )
    for name in ("cd4_response_breadth", "cd4_knockdown_effect"):
        values = pd.DataFrame({"gene_id": ids[:100], "value": rng.random(100)})
        write_gene_values(connection, _ingest(connection, "gene_values", name, values), name, values)


def module_effects(active: list[int], seed: int, noise: float = 1.0) -> pd.Series:
    """Effects of all genes where the members of some modules matter, by symbol."""
    rng = np.random.default_rng(seed)
    size = np.where(np.isin(MODULE_OF, active), 3.0, 0.0)
    sign = np.where(MODULE_OF % 2 == 0, 1.0, -1.0)
    return pd.Series(size * sign + noise * rng.standard_normal(GENES), index=SYMBOLS)


def add_screen(
    store: Store,
    name: str,
    effects: pd.Series,
    *,
    study: str = "",
    phenotype: str = "cytokine",
    cell_type: str = "T cells",
    side: str = "both",
    text: str = "",
    fdr: bool = False,
    organism: str = "human",
    modality: str = "knockout",
    positive_means: str = "raises",
) -> int:
    """A screen with one contrast; returns its id."""
    with store.write("test") as connection:
        ingest_id = _ingest(connection, "screen", name, effects)
        study_id = add_study(connection, Study(study)) if study else None
        screen_id = insert_screen(
            connection, name=name, ingest_id=ingest_id, phenotype=phenotype, organism=organism, study_id=study_id,
            cell_type=cell_type, modality=modality, hit_rule="top 5%", side=side, text=text,
        )  # fmt: skip
        contrast_id = insert_contrast(
            connection, screen_id=screen_id, ingest_id=ingest_id, name="main", estimate_kind="lfc",
            positive_means=positive_means, sign_evidence="test",
        )  # fmt: skip
        ids = (
            connection.execute("SELECT symbol, id FROM gene WHERE organism = ?", [organism])
            .df()
            .set_index("symbol")["id"]
        )
        frame = pd.DataFrame(
            {
                "name": effects.index,
                "gene_id": [ids[n.split("+")[0]] for n in effects.index],
                "second_gene_id": [ids[n.split("+")[1]] if "+" in n else None for n in effects.index],
            }
        )
        perturbations = ensure_perturbations(connection, organism, frame)
        rows = pd.DataFrame({"perturbation_id": perturbations.loc[list(effects.index)].to_numpy()})
        rows["estimate"] = effects.to_numpy()
        if fdr:
            rows["fdr_low"] = np.where(effects < -3, 0.01, 0.9)
            rows["fdr_high"] = np.where(effects > 3, 0.01, 0.9)
        insert_effects(connection, contrast_id, ingest_id, rows)
        insert_source_names(connection, screen_id, rows.assign(name=list(effects.index)))
    return screen_id


def add_world(store: Store) -> dict[str, int]:
    """Knowledge and four screens of four studies that share most of their active modules; name → id."""
    add_knowledge(store, vectors=True)
    screens = {
        "target": ([4, 7, 11], "Target 2020", "cytokine"),
        "other-a": ([4, 7, 12], "Alpha 2019", "migration"),
        "other-b": ([4, 11, 20], "Beta 2021", "survival"),
        "other-c": ([3, 7, 22], "Gamma 2022", "uptake"),
    }
    return {
        name: add_screen(store, name, module_effects(active, seed), study=study, phenotype=phenotype)
        for seed, (name, (active, study, phenotype)) in enumerate(screens.items())
    }


_made: dict[str, int] = {}


def shared_world(factory) -> tuple[Store, dict[str, int]]:
    """A world that is made once for all tests of a run and only read; `copied_world` gives one that may be changed."""
    folder = factory.getbasetemp() / "synthetic-world"
    store = Store(folder / "world.duckdb")
    if not store.exists():
        _made.update(add_world(store.create()))
    return store, dict(_made)


def copied_world(factory, folder) -> tuple[Store, dict[str, int]]:
    """A copy of the shared world in a folder of one's own."""
    store, ids = shared_world(factory)
    return copied(store, folder / "copy.duckdb"), ids


@cache
def _kept_features() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="features-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def share_features(paths: Paths) -> None:
    """Keeps features where all tests of a run do, by the content hashes of what they were computed from.

    Not for a store that was changed behind its ingests' backs: others would be given its features.
    """
    paths.cache.mkdir(parents=True)
    paths.features.symlink_to(_kept_features(), target_is_directory=True)


def workspace_on(store: Store, folder: Path) -> Workspace:
    """A workspace in a folder of its own, with shared features (see `share_features`)."""
    paths = Paths(folder / "data", folder / "cache")
    share_features(paths)
    return Workspace(store, np.random.default_rng(0), paths=paths)
