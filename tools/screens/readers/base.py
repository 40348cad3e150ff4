"""What a screen reader gives: a table of raw text turned into typed columns, with every doubtful row set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from db.records import EstimateKind, Note


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read: every option changes what is read, so all of them enter the content hash.

    Attributes:
        columns: Field of hitscout → column of the file, from ``--map field=column``.
        where: Column → value; only rows that agree are read.
        suffix: Column suffix that picks one screen out of a wide file.
        replicate_files: Further files of the same screen, each one replicate.
        encoding: Text encoding; UTF-8 (with or without BOM) where empty.
        controls: Names of negative-control rows beyond the known whole names.
        estimate_kind: What the mapped estimate column holds, for generic tables.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    replicate_files: tuple[Path, ...] = ()
    encoding: str = ""
    controls: tuple[str, ...] = ()
    estimate_kind: EstimateKind = "lfc"


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
        sources: Files beside the given ones that were read too (a benchmark's hits and its text).
    """

    rows: pd.DataFrame
    estimate_kind: EstimateKind
    identifiers: Mapping[str, pd.Series[str]] = field(default_factory=dict)
    positive_means: Literal["raises", "lowers"] | None = None
    hits: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()
    text: str = ""
    remarks: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()


class ScreenReader(Protocol):
    """Reads one format of screen files."""

    title: str
    """The format in a few words, for messages and help."""

    def recognises(self, path: Path, options: ReadOptions) -> bool:
        """Whether the file looks like this format, judged by its header alone.

        Args:
            path: The file.
            options: How it is to be read; a suffix or a mapping may change the header that counts.
        """
        ...

    def read(self, path: Path, options: ReadOptions) -> ScreenTable:
        """Reads the whole file.

        Args:
            path: The file; further replicates stand in ``options.replicate_files``.
            options: How it is to be read.

        Raises:
            RefusedFileError: The file cannot be read as this format.
        """
        ...
