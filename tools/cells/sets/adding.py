"""A file of cells into the store: its matrix as it stands, its labels, its genes by the store's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from db.acts import COLUMN, act, option
from db.cells.writing import NewSet, append_cells, refuse_taken, write_set
from db.errors import ConflictError, InvalidValueError, RefusedFileError, check_word
from db.files.cells.base import CellFile
from db.files.cells.opening import opened_cells
from db.genes.name_forms import clean
from db.provenance import content_hash, find_ingest, record_ingest
from db.records import Ingest, Organism, Study
from db.store import Connection
from db.undo import remember, rows_of_cells
from tools.cells.organisms import organism_of_cells
from tools.cells.reading import donor_column
from tools.cells.sets.listing import ShownCells, set_of_ingest, shown
from tools.expression.cell_files.content import cells_name, source_hash
from tools.expression.cell_files.layers import ChosenLayer, chosen_layer, expression_columns, plain_pieces
from tools.expression.cell_files.readouts import Readouts, readouts_of
from tools.workspace import Progress, Workspace

VERSION = "cells 1"
_TOOL = "add_cells"
_ORGANISMS = ("human", "mouse")


@dataclass(frozen=True)
class AddedCells:
    """What `add_cells` brought into the store.

    Attributes:
        shown: The set as it is in the store.
        already_present: Whether the same file, read in the same way, was there already; nothing was written.
    """

    shown: ShownCells
    already_present: bool


def add_cells(
    workspace: Workspace,
    path: Path,
    *,
    labels: str = "",
    donors: str = "",
    name: str = "",
    study: str = "",
    organism: str = "",
    layer: str = "",
    citation: str = "",
    licence: str = "",
) -> AddedCells:
    """Adds the cells of a file, with their labels, so that they can be named wherever cells are asked for.

    The matrix is read once, piece by piece, and kept as it stands; counts, normalised counts and logarithms are told
    apart by their numbers. Genes are placed on the store's names; those that it does not know stay under their own. The
    same file read in the same way is recognised and written once.

    Args:
        workspace: Its store has the gene names.
        path: An .h5ad, a 10x .h5, a .loom, an .rda, or a folder with matrix.mtx, features.tsv and barcodes.tsv.
        labels: The column that says what each cell is; none where empty.
        donors: The column that says whose each cell is; where empty, by its name, if it has two donors at least.
        name: Name of the cells; the file's name where empty.
        study: The publication or project.
        organism: ``human`` or ``mouse``; told by the genes where empty.
        layer: The matrix that is read, such as ``raw`` or ``layers/counts``; the first with counts, else with
            logarithms, where empty.
        citation: Citation of the study.
        licence: Licence of the data.

    Raises:
        RefusedFileError: The file cannot be used; the store is as it was.
        InvalidValueError: There is no such column, or the genes are of another organism than was said.
        ConflictError: The name is taken, or the file is in the store under another one.
        NotFoundError: The store names no genes.
    """
    check_word("organism", organism, ("", *_ORGANISMS))
    described = {"name": _name(name, path), "study": study, "citation": citation, "licence": licence}
    with opened_cells(path) as file:
        asked = _Asked.of(workspace, file, labels, donors, organism, layer)
        workspace.report(Progress(f"read {path.name}", 0, file.cells, "looking for what was read before"))
        source = source_hash(path)
        content = content_hash([source], {"kind": "cells", "version": VERSION, **asked.how})
        with workspace.store.write("ingest") as connection:
            known = find_ingest(connection, content)
            if known is None:
                _write(workspace, connection, file, asked, described, (content, source))
            else:
                _refuse_other(known, described, given=bool(clean(name)))
    return AddedCells(shown(workspace, set_of_ingest(workspace, content)), known is not None)


def _name(name: str, path: Path) -> str:
    found = clean(name) or cells_name(path)
    for sign in (":", "/", "\\"):
        if sign in found:
            raise InvalidValueError(
                f"The name {found!r} holds {sign!r}.",
                f"Cells are named like a file without a folder: {option('name')}.",
            )
    return found


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is read of a file."""

    chosen: ChosenLayer
    organism: Organism
    readouts: Readouts
    labels: str
    donors: str
    columns: Mapping[str, pd.Series[str]]

    @classmethod
    def of(
        cls, workspace: Workspace, file: CellFile, labels: str, donors: str, organism: str, layer: str
    ) -> _Asked:  # fmt: skip
        columns = {one: file.column(one).str.strip() for one in file.columns}
        for column in filter(None, (labels, donors)):
            own = columns[column] if column in columns else file.column(column)
            if not (own != "").any():
                raise RefusedFileError(
                    f"The column {column!r} of {file.path.name} says nothing of any cell.",
                    f"Name another one: {option(labels=COLUMN)}. There are: {', '.join(map(repr, file.columns))}.",
                )
        chosen = chosen_layer(file, layer)
        told = organism_of_cells(workspace, file, chosen.layer)
        if organism and organism != told:
            raise InvalidValueError(
                f"{file.path.name} is said to have {organism} cells, and its genes are {told} ones.",
                f"Say {option(organism=told)}, or leave it out: the genes tell.",
            )
        readouts = readouts_of(workspace, file, chosen.layer, told)
        return cls(chosen, told, readouts, labels, donors or donor_column(file), columns)

    @property
    def how(self) -> Mapping[str, str]:
        """Everything beside the bytes that decides what is kept."""
        return {"labels": self.labels, "donors": self.donors, "layer": self.chosen.layer}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was noticed in the labels, a sentence each."""
        if not self.labels:
            return ("No column of labels was named: these cells can be named, and cannot be a reference.",)
        counts = self.columns[self.labels].value_counts()
        alone = sorted(str(label) for label, cells in counts.items() if label and cells == 1)
        few = ", ".join(alone[:10]) + (" …" if len(alone) > 10 else "")
        said = [f"One cell alone has each of these labels, and nothing can be learnt of them: {few}."] if alone else []
        if int((counts[counts.index != ""] > 1).sum()) < 2:
            said.append("Fewer than two labels have two cells or more: these cells cannot be a reference.")
        return tuple(said)


def _write(
    workspace: Workspace, connection: Connection, file: CellFile, asked: _Asked, described: Mapping[str, str],
    hashes: tuple[str, str],
) -> None:  # fmt: skip
    name = described["name"]
    refuse_taken(connection, name)
    remarks = [*asked.chosen.said, *file.notes, *asked.remarks]
    ingest_id = record_ingest(
        connection, content=hashes[0], kind="cells", name=name, source=file.path.name, source_hash=hashes[1],
        tool=_TOOL, arguments={**described, **asked.how, "organism": asked.organism, "remarks": remarks},
        notes=[replace(one, kept_aside=False) for one in (*asked.readouts.notes, *asked.readouts.placed.notes)
               if one.reason != "unresolved"],
    )  # fmt: skip
    about = {one: asked.columns[column] for one, column in (("label", asked.labels), ("donor", asked.donors)) if column}
    new = NewSet(
        name, asked.organism, asked.labels, asked.donors, asked.chosen.layer, asked.chosen.scale, file.title,
        _study(described),
    )  # fmt: skip
    columns = {one: texts.tolist() for one, texts in asked.columns.items()}
    number = write_set(connection, ingest_id, new, _genes(file, asked), columns)
    cells = pd.DataFrame({"barcode": file.barcodes.to_numpy(dtype=object), "label": "", "donor": ""}).assign(**{
        one: texts.to_numpy(dtype=object) for one, texts in about.items()
    })  # fmt: skip
    for first, piece in plain_pieces(file, asked.chosen):
        workspace.report(Progress(f"read {file.path.name}", first, file.cells, "cells"))
        append_cells(connection, ingest_id, number, first, cells.iloc[first : first + piece.shape[0]], piece)
    remember(connection, f"cells {name} were added from {file.path.name}", added=rows_of_cells(number, ingest_id))
    workspace.report(Progress(f"read {file.path.name}", file.cells, file.cells, "done"))


def _study(described: Mapping[str, str]) -> Study | None:
    if not described["study"]:
        return None
    return Study(described["study"], described["citation"], described["licence"])


def _genes(file: CellFile, asked: _Asked) -> pd.DataFrame:
    """Every gene of the matrix, and which of the store's it is."""
    layer = asked.chosen.layer
    genes = file.genes_of(layer).iloc[expression_columns(file, layer)].reset_index(drop=True)
    ids = genes["name"].astype(str).map(asked.readouts.placed.ids).astype("Int64")
    return pd.DataFrame({
        "name": genes["name"].astype(str), "identifier": genes["id"].astype(str),
        "gene_id": ids.mask(genes["name"].duplicated()),
    })  # fmt: skip


def _refuse_other(known: Ingest, described: Mapping[str, str], *, given: bool) -> None:
    """Refuses to describe anew what is in the store."""
    for key, value in described.items():
        before = str(known.arguments.get(key, ""))
        if value and value != before and (key != "name" or given):
            raise ConflictError(
                f"The same cells are in the store as {known.name!r} with {key} {before!r}; now {value!r} is given.",
                f"Remove them first ({act('cells_remove', known.name)}), or give the same {key}.",
            )
