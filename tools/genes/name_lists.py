"""Lists of genes that people write: libraries, exclusions, expression, positive controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.campaigns.records import IgnoredName
from db.errors import RefusedFileError
from db.genes.control_names import is_control_word
from db.genes.names import GeneNames
from db.genes.names_inside import is_float
from db.genes.perturbation_names import genes_in, name_of_genes
from db.genes.resolutions import Resolution
from db.records import Organism
from db.store import Store
from tools.genes.list_files import list_rows, name_column


@dataclass(frozen=True)
class ListedName:
    """One line of a list: the name, and what stands in the column after it."""

    name: str
    second: str


@dataclass(frozen=True)
class Resolved:
    """What the names of a list mean.

    Attributes:
        perturbations: Columns name, gene_id, second_gene_id, listed (the name as it was given); one row for each
            perturbation, in the order of the list.
        ignored: One for each name that could not be used.
    """

    perturbations: pd.DataFrame
    ignored: tuple[IgnoredName, ...]


def read_list(path: Path, what: str) -> list[ListedName]:
    """Reads one name a line; of a table, the column that is called gene or symbol, else the one that holds names.

    Args:
        path: A text, csv or tsv file, packed or not, an Excel workbook or a Parquet file.
        what: What the list is, for messages (``library``, ``exclusions``).

    Raises:
        NotFoundError: There is no such file.
        RefusedFileError: It is no list of names.
    """
    rows = list_rows(path, what)
    column, has_header = name_column(rows)
    listed = [ListedName(row[column], _next_cell(row, column)) for row in rows[has_header:] if column < len(row)]
    if not (listed := [one for one in listed if one.name]):
        raise RefusedFileError(f"The {what} file {path.name} holds no names.", "Give one gene name a line.")
    return listed


def _next_cell(row: Sequence[str], at: int) -> str:
    return row[at + 1] if len(row) > at + 1 else ""


def resolve_list(store: Store, organism: Organism, names: Sequence[str], source: str) -> Resolved:
    """Says which perturbations the names of a list are; pairs are written ``A+B``.

    Args:
        store: The store with the nomenclature.
        organism: Whose genes.
        names: Names as they were given.
        source: Where they stand, for the report on what was ignored (``library``, ``exclusions``).

    Raises:
        NotFoundError: The store has no nomenclature of the organism.
    """
    parts = [_parts_of(name) for name in names]
    flat = list(dict.fromkeys(part for split in parts for part in split))
    meanings = dict(zip(flat, GeneNames.load(store, organism).resolve(flat), strict=True)) if flat else {}
    rows: dict[str, tuple[str, int, int | None, str]] = {}
    ignored: dict[str, IgnoredName] = {}
    for name, split in zip(names, parts, strict=True):
        found = [meanings[part] for part in split]
        refused = _refused(name, found, source)
        if refused:
            ignored.setdefault(name, refused)
            continue
        genes = sorted({(one.gene.symbol, one.gene.id) for one in found if one.gene is not None})
        full = name_of_genes(symbol for symbol, _ in genes)
        rows.setdefault(full, (full, genes[0][1], genes[1][1] if len(genes) > 1 else None, name))
    frame = pd.DataFrame(list(rows.values()), columns=["name", "gene_id", "second_gene_id", "listed"])
    frame = frame.astype({"name": object, "gene_id": "int64", "second_gene_id": "Int64", "listed": object})
    return Resolved(frame, tuple(ignored.values()))


def _parts_of(name: str) -> list[str]:
    """The genes of a name: of a gene and a label of controls the gene alone, as in tables."""
    parts = [name] if is_float(name) else genes_in(name)
    genes = [part for part in parts if not is_control_word(part)]
    return genes if genes and len(parts) == 2 else parts


def _refused(name: str, found: Sequence[Resolution], source: str) -> IgnoredName | None:
    if len(found) > 2:
        return IgnoredName(name, "it names more than two genes", source)
    for one in found:
        if one.gene is None:
            near = f" Did you mean {', '.join(one.near)}?" if one.near else ""
            why = f"{one.status}: {one.detail or f'no gene is named {one.name!r}.'}{near}"
            return IgnoredName(name, why, source, one.status)
    if len(found) == 2 and found[0].gene == found[1].gene:
        return IgnoredName(name, f"both parts of {name} are one gene", source)
    return None


def read_expression(path: Path) -> list[tuple[str, float]]:
    """Reads gene and TPM, two columns.

    Args:
        path: A csv or tsv file with a gene column and the TPM in the column after it.

    Raises:
        RefusedFileError: A line has no number.
    """
    values = []
    for line in read_list(path, "expression"):
        try:
            values.append((line.name, float(line.second)))
        except ValueError as error:
            raise RefusedFileError(
                f"{path.name} gives no TPM for {line.name!r}: {line.second!r}.",
                "Give two columns, gene and TPM, and no other between them.",
            ) from error
    return values
