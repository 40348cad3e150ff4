"""A laboratory that orders: a confirmed round, and libraries of invented guides as published ones are laid out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.synthetic_store import SYMBOLS

BRUNELLO = ("Target Gene ID", "Target Gene Symbol", "sgRNA Target Sequence", "PAM Sequence", "Rule Set 2 score")
LEFT_OUT = frozenset({"GENE0100", "GENE0101"})


def invented(count: int, seed: int, *, length: int = 20) -> list[str]:
    """Sequences without the sites and the terminator that are looked for, each once."""
    rng = np.random.default_rng(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        # Blocks of GA, CA and so on: never TTTT, CGTCTC, GGTCTC or GAAGAC on either strand.
        made["".join(rng.choice(["AC", "CA", "AG", "TG", "GT"], length // 2))] = None
    return [one for one in made if "GAAGAC" not in one and "GTCTTC" not in one]


def write_library(path: Path, *, guides: int = 5, controls: int = 60, safe: int = 12) -> Path:
    """A table as Addgene's of Brunello: guides of all genes but two, the later the better by its score."""
    genes = [gene for gene in SYMBOLS if gene not in LEFT_OUT]
    sequences = iter(invented(len(genes) * guides + controls + safe + 200, 3))
    lines = ["\t".join(BRUNELLO)]
    for number, gene in enumerate(genes):
        lines += [f"{number}\t{gene}\t{next(sequences)}\tAGG\t{0.1 * (at + 1):.1f}" for at in range(guides)]
    lines += [f"\tNon-Targeting Control\t{next(sequences)}\t\t" for _ in range(controls)]
    lines += [f"\tONE_INTERGENIC_SITE_{at}\t{next(sequences)}\t\t" for at in range(safe)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
