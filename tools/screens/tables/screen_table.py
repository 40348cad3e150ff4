"""What a reader makes of a file: typed rows, with every doubtful row set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from db.records import EstimateKind, Note
from tools.screens.tables.reading import Meaning


@dataclass(frozen=True)
class ScreenTable:
    """A screen's file as read, before names are resolved and signs harmonised.

    Attributes:
        rows: One row for each file row and replicate, with the columns line (int), name (text, as in the file),
            replicate (text, empty where the file has one only), estimate, standard_error, p_low, p_high, fdr_low,
            fdr_high (float, NaN where absent), guides (Int64). Low and high are of the source's own sign.
        identifiers: Namespace (``ensembl``, ``entrez``, ``hgnc``) → one text value for each row of `rows`, where the
            file has id columns.
        estimate_kind: What `estimate` is.
        positive_means: What a positive estimate means where the format itself says so, else None.
        hits: Names of published hits where the file carries a list, else None.
        notes: Rows that could not be taken, and flags on rows that were.
        text: The file's own words on task and measurement, if any.
        remarks: What whoever adds the screen should know about how it was read, a sentence each.
        said: What was left out or rewritten on the way from the file to its rows, a sentence each.
        cut: First letters, in upper case, that the tool which wrote the file cuts from names; empty for none.
        sources: Files beside the given ones that were read too (a benchmark's hits and its text).
    """

    rows: pd.DataFrame
    estimate_kind: EstimateKind
    identifiers: Mapping[str, pd.Series[str]] = field(default_factory=dict)
    positive_means: Meaning | None = None
    hits: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()
    text: str = ""
    remarks: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    cut: str = ""
    sources: tuple[Path, ...] = ()
