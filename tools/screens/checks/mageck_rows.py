"""Rows of MAGeCK's test that cannot be, and effects of 0 that are none: told by scores, guides and both sides' FDR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.genes.control_names import is_control
from db.records import Note
from tools.screens.tables.rows import NUMBER_FIELDS
from tools.screens.tables.screen_table import ScreenTable

CALLED = 0.05
"""FDR below which a gene counts as significant here."""
_COPRIME = 2


def split_impossible(table: ScreenTable, controls: Sequence[str] = ()) -> ScreenTable:
    """Sets rows aside whose numbers the test cannot have given.

    A score of robust rank aggregation lies between 0 and 1, and a gene without any effect is not significant on both
    sides at once. MAGeCK writes such rows where it cut names at a space and took two genes for one.

    Args:
        table: Typed rows that may have the further columns neg_score and pos_score.
        controls: Names of negative controls beyond the known ones; rows of controls stay, whatever they say.
    """
    rows = table.rows
    scores = rows[[name for name in ("neg_score", "pos_score") if name in rows]].to_numpy(dtype=float)
    outside: npt.NDArray[np.bool_] = np.asarray(((scores < 0) | (scores > 1)).any(axis=1))
    flat = (rows["estimate"].to_numpy(dtype=float) == 0) & significant(rows, "low") & significant(rows, "high")
    wrong: npt.NDArray[np.bool_] = np.asarray(outside | flat, dtype=bool)
    if not wrong.any():
        return table
    declared = {name.strip().casefold() for name in controls}
    wrong[wrong] = [not is_control(name, declared) for name in rows.loc[wrong, "name"]]
    notes = [
        _impossible(row, outside=bool(out)) for (_, row), out in zip(_of(rows, wrong), outside[wrong], strict=True)
    ]
    kept = ~wrong
    return replace(
        table,
        rows=rows[kept].reset_index(drop=True),
        identifiers={space: ids[kept].reset_index(drop=True) for space, ids in table.identifiers.items()},
        notes=(*table.notes, *notes),
    )


def significant(rows: pd.DataFrame, side: str) -> npt.NDArray[np.bool_]:
    """Which rows are significant on a side, by FDR, or by p where the row has no FDR.

    Args:
        rows: Typed rows.
        side: ``low`` or ``high``.
    """
    fdr, p = rows[f"fdr_{side}"].to_numpy(dtype=float), rows[f"p_{side}"].to_numpy(dtype=float)
    return np.asarray(np.where(np.isnan(fdr), p, fdr) < CALLED, dtype=bool)


def _of(rows: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> list[tuple[object, dict[str, object]]]:
    return [(row["line"], {str(key): value for key, value in row.items()}) for row in rows[mask].to_dict("records")]


def _impossible(row: dict[str, object], *, outside: bool) -> Note:
    if outside:
        scores = f"{row.get('neg_score')} and {row.get('pos_score')}"
        why = f"Its scores are {scores}; in MAGeCK's test they lie between 0 and 1."
    else:
        why = (
            f"Its effect is 0 and yet it is significant on both sides (FDR {row['fdr_low']} and {row['fdr_high']}):"
            " MAGeCK gives such rows where names with a space were cut and genes merged."
        )
    return Note(int(str(row["line"])), str(row["name"]), "impossible", why, source_row=_values(row))


def _values(row: dict[str, object]) -> dict[str, str]:
    return {key: str(row[key]) for key in ("name", *NUMBER_FIELDS, "neg_score", "pos_score") if key in row}


def effects_of_zero(rows: pd.DataFrame) -> tuple[Note, ...]:
    """A flag for each effect of exactly 0 where p says otherwise.

    MAGeCK writes 0 where a gene has too few guides for the way in which fold changes were put together (one guide with
    ``--gene-lfc-method secondbest``): such a 0 was not measured.

    Args:
        rows: Typed rows.
    """
    p = rows[["p_low", "p_high"]].to_numpy(dtype=float)
    one_guide = rows["guides"].fillna(0).to_numpy(dtype=int) == 1
    differ = np.abs(p[:, 0] - p[:, 1]) > np.where(one_guide, 0.0, 1 - 2 * CALLED)
    found = (rows["estimate"].to_numpy(dtype=float) == 0) & differ
    return tuple(_zero(row) for _, row in _of(rows, found))


def _zero(row: dict[str, object]) -> Note:
    side = "low" if float(str(row["p_low"])) < float(str(row["p_high"])) else "high"
    why = (
        f"Its effect of 0 is none that was measured: p is {row[f'p_{side}']} on the {side} side. MAGeCK writes"
        " 0 where a"
        " gene has too few guides for its way of averaging them."
    )
    return Note(int(str(row["line"])), str(row["name"]), "zero-effect", why, kept_aside=False, source_row=_values(row))


def guides_times_pairs(guides: pd.Series[int]) -> tuple[str, ...]:
    """A sentence where every number of guides is a multiple of the same number, as with ``--paired``.

    Args:
        guides: Guides of each gene.
    """
    counts = np.unique(guides.dropna().to_numpy(dtype=int))
    shared = int(np.gcd.reduce(counts)) if len(counts) else 1
    if len(counts) < _COPRIME or shared < _COPRIME:
        return ()
    return (
        f"Every number of guides in the file is a multiple of {shared}: a paired run of MAGeCK counts guides ×"
        " pairs. If"
        f" this is one, divide them by {shared}.",
    )
