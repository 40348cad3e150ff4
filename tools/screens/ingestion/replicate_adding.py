"""One more replicate of a screen that is in the store: its effects are combined anew, and its history is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pandas as pd

from db.errors import ConflictError
from db.provenance import content_hash, get_ingest, notes_of, record_ingest
from db.records import Contrast, EstimateKind, Ingest, Note, Screen
from db.screens import reading as db_screens
from db.screens import writing
from db.store import Connection
from tools.screens.ingestion.added_screen import AddedScreen, summarise
from tools.screens.ingestion.adding import insert_rows, name_of, read_as
from tools.screens.ingestion.harmonised_table import PreparedTable, prepare
from tools.screens.ingestion.replicates import combine, same_effects
from tools.screens.ingestion.signs import check_own_effect, own_effect
from tools.screens.readers.base import ReadOptions
from tools.workspace import Workspace

_TOOL = "add_replicate"


def add_replicate(
    workspace: Workspace,
    path: Path,
    screen: str,
    *,
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    suffix: str = "",
    positive_means: str = "",
    controls: Sequence[str] = (),
    encoding: str = "",
    estimate_kind: str = "lfc",
    cell_type: str = "",
    strict: bool = False,
) -> AddedScreen:
    """Adds a file as one more replicate of a screen, whose effects are combined anew from all its replicates.

    Phenotype, study, rule and everything else stay the screen's. The same file read in the same way is recognised
    and counts once; the same effects read in another way are refused. The former ingest becomes a parent of the new.

    Args:
        workspace: The workspace.
        path: The file of the replicate, in any format that `add_screen` reads.
        screen: Name of the screen.
        reader: Name of the reader; by the file's header where empty.
        columns: Field → column of the file, for tables whose columns are not known by name.
        where: Column → value; only these rows are read.
        suffix: Column suffix that picks one replicate out of a wide file.
        positive_means: ``raises`` or ``lowers`` for this file; as in the screen's first file where empty.
        controls: Names of negative-control rows, beyond those that are known.
        encoding: Text encoding, where it is not UTF-8.
        estimate_kind: What the effect column holds where its name does not say.
        cell_type: Cell type or line of the replicate, where it is known; one that is not the screen's is warned of.
        strict: Refuse the file if any row would be kept aside.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        RefusedFileError: The file cannot be used; the store is as it was.
        NeedsChoiceError: Columns or reader have to be named.
        ConflictError: The file's effects are of another kind or in the screen already, its readout gene contradicts
            the sign, or a campaign uses the screen.
    """
    known = db_screens.get_screen(workspace.store, screen)
    contrast = _only_contrast(workspace, known)
    options = ReadOptions(
        columns=dict(columns or {}), where=dict(where or {}), suffix=suffix, encoding=encoding,
        controls=tuple(controls), estimate_kind=cast("EstimateKind", estimate_kind),
    )  # fmt: skip
    prepared = prepare(
        workspace, path, options, organism=known.organism, reader=reader,
        positive_means=positive_means or contrast.positive_means, readout_gene=known.readout_gene,
        modality=known.modality, strict=strict,
    )  # fmt: skip
    if prepared.estimate_kind != contrast.estimate_kind:
        raise ConflictError(
            f"The effects of {path.name} are {prepared.estimate_kind}, those of {known.name!r}"
            f" {contrast.estimate_kind}; different kinds cannot be combined.",
            "Add the file as a screen of its own, with the same --study.",
        )
    prepared = replace(prepared, remarks=(*prepared.remarks, *_other_cells(path, cell_type, known)))
    part = content_hash(prepared.source_hashes, read_as(options, prepared))
    with workspace.store.write("ingest") as connection:
        # Looked at again inside the write: another process may have added to the screen in between.
        known = db_screens.get_screen(workspace.store, screen)
        db_screens.refuse_used(connection, known)
        old = get_ingest(connection, known.ingest_id)
        parts = [*old.arguments.get("parts", [old.content_hash])]
        if part in parts:
            return summarise(workspace, known, already_present=True)
        _write(workspace, connection, path, known, contrast, prepared, old, [*parts, part])
        return summarise(workspace, db_screens.get_screen(workspace.store, screen), already_present=False)


def _only_contrast(workspace: Workspace, screen: Screen) -> Contrast:
    contrasts = db_screens.contrasts_of(workspace.store, screen.id)
    if len(contrasts) != 1:
        raise ConflictError(
            f"The screen {screen.name!r} has {len(contrasts)} contrasts; a replicate is added to one.",
            "Add the file as a screen of its own, with the same --study.",
        )
    return contrasts[0]


def _write(
    workspace: Workspace,
    connection: Connection,
    path: Path,
    screen: Screen,
    contrast: Contrast,
    prepared: PreparedTable,
    old: Ingest,
    parts: list[str],
) -> None:
    held = _held(workspace, screen, old)
    _refuse_same(path, screen, held, prepared)
    rows, controls = _together(workspace, path, screen, held, prepared, old)
    own = own_effect(rows[rows["replicate"] == ""], screen.readout_gene)
    check_own_effect(own, screen.modality, contrast.sign_evidence, path.name)
    arguments = dict(old.arguments)
    arguments |= {
        "parts": parts, "replicate_of": old.content_hash, "added": read_as(ReadOptions(), prepared),
        "source_hashes": [*arguments.get("source_hashes", []), *prepared.source_hashes],
        "rows_read": int(arguments.get("rows_read", 0)) + prepared.rows_read,
        "remarks": list(dict.fromkeys([*arguments.get("remarks", []), *prepared.remarks])),
    }  # fmt: skip
    notes = [*_of_file(notes_of(connection, old.id), old.source), *_of_file(prepared.notes, path.name)]
    ingest_id = record_ingest(
        connection, content=content_hash(parts, {"kind": "screen"}), kind="screen", name=screen.name,
        source=path.name, source_hash=prepared.source_hashes[0], tool=_TOOL, arguments=arguments, parents=[old.id],
        notes=notes,
    )  # fmt: skip
    writing.clear_effects(connection, screen.id, contrast.id, ingest_id)
    genes = rows[["perturbation", "gene_id", "second_gene_id"]].rename(columns={"perturbation": "name"})
    # New perturbations come last: those of the store are known there by name, and need no gene here.
    ids = writing.ensure_perturbations(connection, screen.organism, genes)
    insert_rows(connection, screen.id, contrast.id, ingest_id, rows, controls, ids, named=rows["name"].notna())


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
        " were the same. A screen of its own with the same --study keeps them apart."
    ]


def _held(workspace: Workspace, screen: Screen, old: Ingest) -> pd.DataFrame:
    """Effects of the replicates that the screen has; one that is alone is named after its file."""
    held = db_screens.effects_of(workspace.store, screen.id, replicates=True)
    if held.empty:
        held = db_screens.effects_of(workspace.store, screen.id).assign(replicate=name_of(Path(old.source)))
    return held


def _singles(prepared: PreparedTable) -> pd.DataFrame:
    return prepared.replicates if len(prepared.replicates) else prepared.combined


def _refuse_same(path: Path, screen: Screen, held: pd.DataFrame, prepared: PreparedTable) -> None:
    """Refuses effects that the screen has: the options that read them may differ, a second measurement never agrees."""
    for _, new in _singles(prepared).groupby("replicate"):
        for label, old in held.groupby("replicate"):
            if same_effects(new, old):
                raise ConflictError(
                    f"The effects read from {path.name} are in {screen.name!r} already, as its replicate {label!r}:"
                    f" all {len(new):,} are equal in size.",
                    "A replicate is a second measurement: give another file, other columns (--suffix, --map) or other"
                    " rows (--where).",
                )


def _together(
    workspace: Workspace, path: Path, screen: Screen, held: pd.DataFrame, prepared: PreparedTable, old: Ingest
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of all replicates and their combination, and all controls; all harmonised."""
    kept = db_screens.controls_of(workspace.store, screen.id)
    kept["replicate"] = kept["replicate"].replace("", name_of(Path(old.source)))
    taken = set(held["replicate"])
    new = _singles(prepared)
    labels = {label: _free(f"{name_of(path)} {label}".strip(), taken) for label in set(new["replicate"]) | {""}}
    new = new.assign(replicate=new["replicate"].map(labels))
    controls = prepared.controls.assign(replicate=[labels.get(one, one) for one in prepared.controls["replicate"]])
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
