"""One more replicate of a screen that is in the store: its effects are combined anew, and its history is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from db.acts import option
from db.errors import ConflictError
from db.provenance import content_hash, get_ingest, notes_of, record_ingest
from db.records import UNSIGNED, Contrast, Ingest, Note, Screen
from db.screens import reading as db_screens
from db.screens import writing
from db.store import Connection
from tools.parameters import takes_fields
from tools.screens.ingestion.added_screen import AddedScreen, summarise
from tools.screens.ingestion.adding import name_of, read_as
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_file
from tools.screens.ingestion.replicates import combine, same_effects
from tools.screens.ingestion.signs import check_own_effect, own_effect
from tools.screens.ingestion.written_rows import perturbation_ids, write_rows
from tools.screens.tables.reading import BY_ITSELF, Reading
from tools.workspace import Workspace

_TOOL = "add_replicate"


@takes_fields
def add_replicate(
    workspace: Workspace, path: Path, screen: str, reading: Reading = BY_ITSELF, *, cell_type: str = ""
) -> AddedScreen:
    """Adds a file as one more replicate of a screen, whose effects are combined anew from all its replicates.

    Phenotype, study, rule and everything else stay the screen's. The same file read in the same way is recognised
    and counts once; the same effects read in another way are refused. The former ingest becomes a parent of the new.

    Args:
        workspace: The workspace.
        path: The file of the replicate, in any format that `add_screen` reads.
        screen: Name of the screen.
        reading: How the file is read; what positive means is as in the screen's first file where it is not said.
        cell_type: Cell type or line of the replicate, where it is known; one that is not the screen's is warned of.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        RefusedFileError: The file cannot be used; the store is as it was.
        NeedsChoiceError: Columns or reader have to be named.
        ConflictError: The file's effects are of another kind or in the screen already, its readout gene contradicts
            the sign, or a campaign uses the screen.
    """
    known = db_screens.get_screen(workspace.store, screen)
    contrast = _only_contrast(workspace, known)
    signed = replace(reading, positive_means=reading.positive_means or contrast.positive_means)
    table = harmonise_file(
        workspace, path, signed, organism=known.organism, readout_gene=known.readout_gene, modality=known.modality
    )
    if table.estimate_kind != contrast.estimate_kind:
        raise ConflictError(
            f"The effects of {path.name} are {table.estimate_kind}, those of {known.name!r}"
            f" {contrast.estimate_kind}; different kinds cannot be combined.",
            f"Add the file as a screen of its own, with the same {option('study')}.",
        )
    table = replace(table, remarks=(*table.remarks, *_other_cells(path, cell_type, known)))
    part = content_hash(table.source_hashes, read_as(reading, table.reader))
    with workspace.store.write("ingest") as connection:
        # Looked at again inside the write: another process may have added to the screen in between.
        known = db_screens.get_screen(workspace.store, screen)
        db_screens.refuse_used(connection, known)
        old = get_ingest(connection, known.ingest_id)
        parts = [*old.arguments.get("parts", [old.content_hash])]
        if part in parts:
            return summarise(workspace, known, already_present=True)
        _write(workspace, connection, path, known, contrast, table, old, [*parts, part])
        return summarise(workspace, db_screens.get_screen(workspace.store, screen), already_present=False)


def _only_contrast(workspace: Workspace, screen: Screen) -> Contrast:
    contrasts = db_screens.contrasts_of(workspace.store, screen.id)
    if len(contrasts) != 1:
        raise ConflictError(
            f"The screen {screen.name!r} has {len(contrasts)} contrasts; a replicate is added to one.",
            f"Add the file as a screen of its own, with the same {option('study')}.",
        )
    return contrasts[0]


def _write(
    workspace: Workspace,
    connection: Connection,
    path: Path,
    screen: Screen,
    contrast: Contrast,
    table: HarmonisedTable,
    old: Ingest,
    parts: list[str],
) -> None:
    held = _held(workspace, screen, old)
    _refuse_same(path, screen, held, table)
    rows, controls = _together(workspace, path, screen, held, table, old)
    readout_gene = "" if contrast.positive_means == UNSIGNED else screen.readout_gene
    own = own_effect(rows[rows["replicate"] == ""], readout_gene)
    check_own_effect(own, screen.modality, contrast.sign_evidence, path.name)
    arguments = dict(old.arguments)
    arguments |= {
        "parts": parts, "replicate_of": old.content_hash, "added": read_as(BY_ITSELF, table.reader),
        "source_hashes": [*arguments.get("source_hashes", []), *table.source_hashes],
        "rows_read": int(arguments.get("rows_read", 0)) + table.rows_read,
        "remarks": list(dict.fromkeys([*arguments.get("remarks", []), *table.remarks])),
    }  # fmt: skip
    notes = [*_of_file(notes_of(connection, old.id), old.source), *_of_file(table.notes, path.name)]
    ingest_id = record_ingest(
        connection, content=content_hash(parts, {"kind": "screen"}), kind="screen", name=screen.name,
        source=path.name, source_hash=table.source_hashes[0], tool=_TOOL, arguments=arguments, parents=[old.id],
        notes=notes,
    )  # fmt: skip
    writing.clear_effects(connection, screen.id, contrast.id, ingest_id)
    # New perturbations come last: those of the store are known there by name, and need no gene here.
    ids = perturbation_ids(connection, screen.organism, rows)
    write_rows(connection, screen.id, contrast.id, ingest_id, rows, controls, ids, named=rows["name"].notna())


def _of_file(notes: Sequence[Note], file: str) -> list[Note]:
    """Notes that say which file their lines are of."""
    prefix = f"{file}: "
    return [note if note.detail.startswith(prefix) else replace(note, detail=prefix + note.detail) for note in notes]


def _other_cells(path: Path, cell_type: str, screen: Screen) -> list[str]:
    """A warning where the replicate is known to be of other cells than the screen."""
    if not cell_type or not screen.cell_type or cell_type.casefold() == screen.cell_type.casefold():
        return []
    return [
        f"{path.name} is of {cell_type} and the screen of {screen.cell_type}: replicates are combined as if their cells"
        f" were the same. A screen of its own with the same {option('study')} keeps them apart."
    ]


def _held(workspace: Workspace, screen: Screen, old: Ingest) -> pd.DataFrame:
    """Effects of the replicates that the screen has; one that is alone is named after its file."""
    held = db_screens.effects_of(workspace.store, screen.id, replicates=True)
    if held.empty:
        held = db_screens.effects_of(workspace.store, screen.id).assign(replicate=name_of(Path(old.source)))
    return held


def _singles(table: HarmonisedTable) -> pd.DataFrame:
    return table.replicates if len(table.replicates) else table.combined


def _refuse_same(path: Path, screen: Screen, held: pd.DataFrame, table: HarmonisedTable) -> None:
    """Refuses effects that the screen has: the options that read them may differ, a second measurement never agrees."""
    for _, new in _singles(table).groupby("replicate"):
        for label, old in held.groupby("replicate"):
            if same_effects(new, old):
                raise ConflictError(
                    f"The effects read from {path.name} are in {screen.name!r} already, as its replicate {label!r}:"
                    f" all {len(new):,} are equal in size.",
                    f"A replicate is a second measurement: give another file, other columns ({option('suffix')},"
                    f" {option('columns')}) or other"
                    f" rows ({option('where')}).",
                )


def _together(
    workspace: Workspace, path: Path, screen: Screen, held: pd.DataFrame, table: HarmonisedTable, old: Ingest
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of all replicates and their combination, and all controls; all harmonised."""
    kept = db_screens.controls_of(workspace.store, screen.id)
    kept["replicate"] = kept["replicate"].replace("", name_of(Path(old.source)))
    taken = set(held["replicate"])
    new = _singles(table)
    labels = {label: _free(f"{name_of(path)} {label}".strip(), taken) for label in set(new["replicate"]) | {""}}
    new = new.assign(replicate=new["replicate"].map(labels))
    controls = table.controls.assign(replicate=[labels.get(one, one) for one in table.controls["replicate"]])
    both = pd.concat([held.assign(line=0, name=None, gene_id=0), new], ignore_index=True)
    both = both.astype({"gene_id": "int64", "second_gene_id": "Int64", "guides": "Int64"})
    singles = both.sort_values(["perturbation", "replicate"], kind="stable")
    # A perturbation without a gene id here is in the store; a known one must not be given another gene.
    singles["gene_id"] = singles.groupby("perturbation")["gene_id"].transform("max")
    return pd.concat([combine(singles), singles], ignore_index=True), pd.concat([kept, controls], ignore_index=True)


def _free(label: str, taken: set[str]) -> str:
    """The label, numbered where the screen has a replicate of the name."""
    number, free = 1, label
    while free in taken:
        number += 1
        free = f"{label} #{number}"
    return free
