"""A library of guides from a file: sequences checked, genes named as the store names them, controls recognised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.errors import RefusedFileError
from db.files.opening import damage_refused
from db.genes.control_names import is_control_word
from db.genes.names import GeneNames
from db.records import Organism
from db.store import Store
from tools.orders.library_columns import found_columns, low_is_best
from tools.orders.options import Ordering
from tools.orders.sequences import read_sequences
from tools.screens.tables.raw_table import RawTable
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened

NON_TARGETING, SAFE = "non-targeting", "safe"
COLUMNS = ("line", "listed", "guide", "sequence", "pam", "score", "source_plate", "source_well", "order", "control")
_CUTS_ELSEWHERE = re.compile(r"safe|aavs|rosa.?26|inter.?genic|non.?gene|one.{1,12}site", re.IGNORECASE)
"""Controls that cut where no gene is: a safe harbour, an intergenic site."""
_SHAPE = "a library of guides"
_WANTED = "Give a table with a gene and a guide sequence in each row."
_SEVERAL_FAULTS = 3


@dataclass(frozen=True)
class GuideLibrary:
    """The guides of a library that can be ordered.

    Attributes:
        path: Its file.
        guides: Columns `COLUMNS`: the line of the file, the gene as it is written there, the guide's name, sequence,
            PAM, score (NaN where there is none), the plate and well where the library lies in some, the place among
            guides of its gene by the score (0 is best), and of controls their kind, else empty.
        rows: Rows of the file.
        said: What was left out or rewritten, a sentence each.
    """

    path: Path
    guides: pd.DataFrame
    rows: int
    said: tuple[str, ...]

    def controls(self, kind: str) -> pd.DataFrame:
        """Its controls of a kind, of each sequence one, in the order of the sequences.

        Args:
            kind: `NON_TARGETING` or `SAFE`.
        """
        some = self.guides[self.guides["control"] == kind]
        return some.sort_values(["sequence", "line"], kind="stable").drop_duplicates("sequence")


def read_guides(path: Path, ordering: Ordering) -> GuideLibrary:
    """Reads a library of guides.

    Args:
        path: A csv, tsv, Excel or Parquet table, packed or not.
        ordering: Its columns and sheet are used.

    Raises:
        RefusedFileError: It is no table, has no sequences or no genes, or none that can be ordered.
        InvalidValueError: A field is mapped that there is not.
    """
    reading = Reading(sheet=ordering.sheet)
    with damage_refused(path, _SHAPE, _WANTED), opened(path, reading) as source:
        table = source.table(reading)
    return _library(table, found_columns(table, ordering.columns))


def _library(table: RawTable, columns: dict[str, str]) -> GuideLibrary:
    # Plain lists: going through the rows of a frame of texts one by one takes ten times as long.
    cells = {field: [str(text) for text in table.cells[column].tolist()] for field, column in columns.items()}
    read = read_sequences(cells["sequence"], cells.get("pam"))
    count = len(table.cells)
    listed = [text.strip() for text in cells["gene"]]
    guide = [text.strip() for text in cells.get("guide", [""] * count)]
    frame = pd.DataFrame({"line": table.cells.index.to_numpy(), "listed": listed, "sequence": read.sequences})
    frame["pam"], frame["guide"], frame["control"] = read.pams, _named(guide, listed), _control_kinds(listed, guide)
    for field in ("plate", "well"):
        frame[f"source_{field}"] = [text.strip() for text in cells.get(field, [""] * count)]
    frame["score"], best = _scores(table, columns)
    frame["order"] = best.groupby(frame["listed"]).rank(method="first", na_option="bottom") - 1
    nameless = (frame["listed"] == "") & (frame["control"] == "")
    faults = pd.Series(read.faults, index=table.cells.index, dtype=object)
    good = frame[(faults == "").to_numpy() & ~nameless]
    said = (*table.said, *read.said, *_faulty(faults, table), *_nameless(int(nameless.sum())))
    if good.empty:
        raise RefusedFileError(
            f"No row of {table.path.name} has a guide that can be ordered. {' '.join(said)}", _WANTED
        )
    if "score" not in columns:
        said = (*said, f"{table.path.name} has no score of guides; those of a gene are taken in the file's order.")
    return GuideLibrary(table.path, good[list(COLUMNS)].reset_index(drop=True), count, said)


def _scores(table: RawTable, columns: dict[str, str]) -> tuple[pd.Series[float], pd.Series[float]]:
    """The score of each row, and what is the less the better the guide; of a library without one the rows' order."""
    rows = pd.Series(range(len(table.cells)), dtype=float)
    if "score" not in columns:
        return pd.Series(float("nan"), index=rows.index), rows
    text = table.cells[columns["score"]].astype(str).str.strip()
    if table.decimal == ",":
        text = text.str.replace(",", ".", regex=False)
    score = pd.to_numeric(text, errors="coerce").reset_index(drop=True)
    return score, score if low_is_best(columns["score"]) else -score


def _named(guide: list[str], listed: list[str]) -> list[str]:
    """The guides' names; a row without one is called by its gene and its place there."""
    seen: Counter[str] = Counter()
    names = []
    for name, gene in zip(guide, listed, strict=True):
        seen[gene] += 1
        names.append(name or f"{gene}_{seen[gene]}")
    return names


def _control_kinds(listed: list[str], guide: list[str]) -> list[str]:
    """The kind of each row's control; empty where it is none. A row without a gene is told by the guide's name."""
    named = [gene or name for gene, name in zip(listed, guide, strict=True)]
    kinds = {name: _kind_of(name) for name in set(named)}
    return [kinds[name] for name in named]


def _kind_of(name: str) -> str:
    if not name or not is_control_word(name):
        return ""
    return SAFE if _CUTS_ELSEWHERE.search(name) else NON_TARGETING


def _faulty(faults: pd.Series[str], table: RawTable) -> list[str]:
    said = []
    for fault, rows in faults[faults != ""].groupby(faults[faults != ""]):
        lines = ", ".join(map(str, rows.index[:_SEVERAL_FAULTS]))
        more = " and others" if len(rows) > _SEVERAL_FAULTS else ""
        said.append(f"{len(rows):,} of {len(table.cells):,} rows are left out, {fault} (line {lines}{more}).")
    return said


def _nameless(count: int) -> list[str]:
    return [f"{count:,} rows are left out: they name no gene and no control."] if count else []


@dataclass(frozen=True)
class GuidesOfGenes:
    """The guides of the genes that were asked for.

    Attributes:
        guides: Rows of the library with the column gene, the store's symbol; of each gene each sequence once.
        renamed: What a gene is called in the library, where that is not its symbol, a sentence each.
    """

    guides: pd.DataFrame
    renamed: tuple[str, ...]


def guides_of(library: GuideLibrary, genes: Collection[str], store: Store, organism: Organism) -> GuidesOfGenes:
    """The guides of genes, by the store's symbols; a library's former and other names are understood.

    Args:
        library: The library.
        genes: Symbols.
        store: The store with the nomenclature.
        organism: Whose genes.

    Raises:
        NotFoundError: The store has no nomenclature of the organism.
    """
    own = library.guides[library.guides["control"] == ""]
    written = set(own["listed"])
    means = {gene: gene for gene in genes if gene in written}
    # An approved symbol means its gene before any other; names are looked up only where one is missing.
    if missing := set(genes) - written:
        means |= _other_names(sorted(written - set(means)), missing, store, organism)
    some = own.assign(gene=own["listed"].map(means)).dropna(subset=["gene"])
    some = some.sort_values(["gene", "order", "line"], kind="stable").drop_duplicates(["gene", "sequence"])
    renamed = [f"{gene} is called {name} in the library." for name, gene in means.items() if name != gene]
    return GuidesOfGenes(some.reset_index(drop=True), tuple(sorted(renamed)))


def _other_names(names: Sequence[str], genes: Collection[str], store: Store, organism: Organism) -> dict[str, str]:
    known = GeneNames.load(store, organism)
    found = known.resolve(names)
    return {one.name: one.gene.symbol for one in found if one.gene is not None and one.gene.symbol in genes}
