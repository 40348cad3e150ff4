"""Genes whose fold change rests on no read of the control, told by the counts that lie beside a result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import HitscoutError
from tools.screens.tables.raw_table import numbers
from tools.screens.tables.reading import BY_ITSELF
from tools.screens.tables.rows import named
from tools.screens.tables.source_file import opened, stem_of

_ENDINGS = ("_counts.txt", ".counts.txt", ".count.txt", "_count.txt", ".count.tsv", "_counts.tsv", "_counts.csv")
_SUMMARY = re.compile(r"\.gene_summary\.(txt|csv|tsv)(\.gz)?$", re.IGNORECASE)
_READS = 10
"""Mean reads of a guide in the other samples from which on a sample without any is telling."""
_SHOWN = 8
_FEWEST = 10
_FOLLOWS = 0.6
"""Rank correlation of effects and fold changes of the counts from which on the samples are the control."""


def without_control_reads(path: Path, rows: pd.DataFrame) -> tuple[str, ...]:
    """A sentence on genes that have no read in the control and many in the treatment, if counts lie beside a result.

    MAGeCK gives such guides the library's smallest control mean, so a gene that rose from nothing can lead the depleted
    side. Which samples are the control is told by the result itself: its effects follow what the treatment has more of.
    Whatever is wrong with the counts is none of the result's business: they are then left alone.

    Args:
        path: A MAGeCK gene summary; its counts are looked for under the same name (``X_counts.txt``, ``X.count.txt``).
        rows: Its typed rows in the file's own sign: name and estimate.
    """
    if not _SUMMARY.search(path.name):
        return ()
    stem = stem_of(path)
    for beside in (path.with_name(stem + ending) for ending in _ENDINGS):
        if beside.is_file():
            with suppress(HitscoutError):
                return _said(beside, rows.drop_duplicates("name").set_index("name")["estimate"])
    return ()


def _said(path: Path, effects: pd.Series[float]) -> tuple[str, ...]:
    told = [f"{gene} (none in {', '.join(samples)})" for gene, samples in _without_reads(_counts_of(path), effects)]
    if not told:
        return ()
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return (
        f"By {path.name} these genes have no read in the control and many in the treatment, so their effect and p may"
        f" point the wrong way: {'; '.join(told[:_SHOWN])}{more}.",
    )


def _counts_of(path: Path) -> pd.DataFrame:
    """Reads of each gene's guides in each sample: index gene, a column a sample."""
    with opened(path) as source:
        raw = source.table(BY_ITSELF)
    genes = named(raw.columns, ("gene", "genes", "symbol", "target"))
    guides = named(raw.columns, ("sgrna", "sgrnaid", "guide", "grna", "id"))
    samples = [column for column in raw.columns if column not in (*genes, *guides)]
    if not genes or not samples:
        return pd.DataFrame()
    values = pd.DataFrame({sample: numbers(raw, sample)[0] for sample in samples})
    return values.set_index(raw.cells[genes[0]].str.strip())


def _without_reads(counts: pd.DataFrame, effects: pd.Series[float]) -> Iterator[tuple[str, Sequence[str]]]:
    if counts.empty:
        return
    groups = counts.groupby(level=0, sort=False)
    most, mean = groups.max(), groups.mean()
    for gene in most.index[(most == 0).any(axis=1) & (mean >= _READS).any(axis=1)]:
        empty = (most.loc[gene] == 0).to_numpy(dtype=bool)
        if _are_control(mean, empty, effects):
            yield str(gene), [str(sample) for sample in most.columns[empty]]


def _are_control(mean: pd.DataFrame, empty: npt.NDArray[np.bool_], effects: pd.Series[float]) -> bool:
    """Whether effects grow with what any of the other samples has more of than these."""
    logs = pd.DataFrame(np.log2(mean.to_numpy(dtype=float) + 1), index=mean.index)
    before = logs.loc[:, empty].mean(axis=1)
    for sample in np.flatnonzero(~empty):
        both = pd.DataFrame({"risen": logs[sample] - before, "effect": effects}).dropna().rank()
        if len(both) >= _FEWEST and float(both["risen"].corr(both["effect"])) >= _FOLLOWS:
            return True
    return False
