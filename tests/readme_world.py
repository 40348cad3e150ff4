"""A store on which the lines of README can be typed as they stand: few genes, but of the names that README gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.store import Store
from tests.synthetic_store import ESSENTIAL, MODULE_OF, SYMBOLS, add_knowledge, add_screen, module_effects

REAL = ("VAV1", "CD247", "MTOR", "IL2", "TAFAZZIN", "WWTR1", "TP53", "CD28", "LCK", "ZAP70", "MARCHF1", "IFNG", "MAPT")
"""Genes that README names, and what its aliases mean; they stand among genes that are no fitness genes."""
ALIASES = {"IL2": "IL-2", "TAFAZZIN": "TAZ", "WWTR1": "TAZ", "MARCHF1": "MARCH1"}
ACTIVE = [4, 7, 11]
SCREENS = {
    "schmidt-ifng": ("IFN-gamma production", "Schmidt 2022", [4, 7, 12]),
    "schmidt-il2": ("IL-2 production", "Schmidt 2022", [4, 7, 11]),
    "carnevale": ("proliferation under suppression", "Carnevale 2022", [4, 11, 20]),
}
"""Name → phenotype, study and active modules; the contrast of the third has number 3."""

# One of an active module, and the others of modules that do nothing.
_PLACES = [4 * 20 + 1, *(60 + 20 * number for number in range(2, 14))]
RENAMED = {SYMBOLS[place]: name for place, name in zip(_PLACES, REAL, strict=True)}
NAMES = [RENAMED.get(symbol, symbol) for symbol in SYMBOLS]


def truth(seed: int = 77, active=ACTIVE) -> pd.Series:
    """The effect of every gene, by name."""
    return module_effects(active, seed).rename(RENAMED)


def make_ready(store: Store) -> Store:
    """Fills a store: genes, what is known of them, and three screens of two studies."""
    add_knowledge(store.create(), vectors=True)
    with store.write("test") as connection:
        for symbol, name in RENAMED.items():
            connection.execute("UPDATE gene SET symbol = ? WHERE symbol = ?", [name, symbol])
            connection.execute("UPDATE gene_name SET name = ? WHERE name = ?", [name, symbol])
        for name, alias in ALIASES.items():
            connection.execute("INSERT INTO gene_name SELECT id, ?, 'alias' FROM gene WHERE symbol = ?", [alias, name])
    for seed, (name, (phenotype, study, active)) in enumerate(SCREENS.items()):
        effects = module_effects(active, seed).rename(RENAMED)
        add_screen(store, name, effects, study=study, phenotype=phenotype, cell_type="primary human T cells")
    with store.write("test") as connection:
        # The synthetic ingests share one hash, as if they were one file.
        connection.execute("UPDATE ingest SET source_hash = name WHERE source_hash = '0'")
    # Genes were renamed behind their ingest's back.
    store.mend()
    return store


def write_library(path) -> None:
    """A library of all genes that are not essential, one a line."""
    path.write_text("\n".join(name for name in NAMES if name not in ESSENTIAL) + "\n", encoding="utf-8")


def write_pilot(path) -> None:
    """A pilot: gene, effect and FDR of forty genes, with non-targeting controls."""
    chosen = truth().iloc[100:140]
    _table(path, chosen)


def write_guides(path) -> None:
    """A library of invented guides, laid out as Addgene's table of Brunello, with controls."""
    rng = np.random.default_rng(8)
    genes = [gene for gene in NAMES for _ in range(5)]
    controls = ["Non-Targeting Control"] * 60 + [f"ONE_INTERGENIC_SITE_{number}" for number in range(8)]
    letters = rng.choice(list("ACGT"), (len(genes) + len(controls), 20))
    frame = pd.DataFrame({"Target Gene Symbol": [*genes, *controls], "sgRNA Target Sequence": map("".join, letters)})
    frame["PAM Sequence"], frame["Rule Set 2 score"] = "AGG", rng.random(len(frame)).round(4)
    frame.to_csv(path, sep="\t", index=False)


def write_summary(path, genes) -> None:
    """What MAGeCK says of a round: its genes and the non-targeting controls."""
    effects = truth()[list(genes)]
    controls = pd.Series(np.random.default_rng(5).standard_normal(30), index=[f"NTC_{i}" for i in range(1, 31)])
    rows = []
    for name, value in pd.concat([effects, controls]).items():
        p = float(np.clip(10 ** -abs(value), 1e-5, 1.0))
        low, high = (p, 1.0) if value < 0 else (1.0, p)
        rows.append([name, 4, low, low, low, 1, 4, value, high, high, high, 1, 4, value])
    sides = [f"{side}|{field}" for side in ("neg", "pos")
             for field in ("score", "p-value", "fdr", "rank", "goodsgrna", "lfc")]  # fmt: skip
    pd.DataFrame(rows, columns=["id", "num", *sides]).to_csv(path, sep="\t", index=False)


def _table(path, effects: pd.Series) -> None:
    frame = pd.DataFrame({"gene": effects.index, "log2FC": effects.to_numpy()})
    frame["FDR"] = np.where(effects.abs() > 2, 0.01, 0.8)
    controls = np.random.default_rng(3).standard_normal(20)
    aside = pd.DataFrame({"gene": [f"NTC_{i}" for i in range(1, 21)], "log2FC": controls, "FDR": 0.9})
    pd.concat([frame, aside]).to_csv(path, index=False)


assert len(set(NAMES)) == len(NAMES) == len(MODULE_OF)
