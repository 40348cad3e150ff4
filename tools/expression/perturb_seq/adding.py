"""Perturbed single cells into the store: responses, a screen that campaigns can use, and a sample of the cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, check_word
from db.files.cells.base import CellFile
from db.files.cells.opening import opened_cells
from db.genes.name_forms import clean
from db.provenance import content_hash, file_hash, find_ingest
from db.records import Modality, Note, Organism, Side
from tools.expression.cell_files.content import cells_name, source_hash
from tools.expression.cell_files.layers import chosen_layer
from tools.expression.cell_files.readouts import readouts_of
from tools.expression.perturb_seq.added import AddedPerturbSeq, summary
from tools.expression.perturb_seq.cells_grouped.grouping import Grouping, grouped_cells
from tools.expression.perturb_seq.cells_grouped.said_of_cells import cell_type_of, modality_of
from tools.expression.perturb_seq.comparing.measured import Measured, measured_cells
from tools.expression.perturb_seq.options import RESPONDING, SIGNATURE, CellReading, Test
from tools.expression.perturb_seq.phenotypes.base import Phenotype
from tools.expression.perturb_seq.phenotypes.chosen import check_phenotype, phenotype_of, signature_named
from tools.expression.perturb_seq.quality import cell_quality
from tools.expression.perturb_seq.written import TOOL, write_cells
from tools.parameters import takes_fields
from tools.screens.hit_rules import parse_rule
from tools.screens.ingestion.added_screen import summarise
from tools.screens.ingestion.adding import recognised, write_screen
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.ingestion.files_read import FilesRead
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_computed
from tools.screens.tables.reading import Reading
from tools.screens.tables.screen_table import ScreenTable
from tools.workspace import Progress, Workspace

VERSION = "1"
"""Of the numbers that are found; part of the hash by which a store knows a file again."""
READER = "perturb_seq"
BY_ITSELF = CellReading()


@takes_fields
def add_perturb_seq(
    workspace: Workspace,
    path: Path,
    screen: ScreenDescription,
    cells: CellReading = BY_ITSELF,
    *,
    where: Mapping[str, str] | None = None,
) -> AddedPerturbSeq:
    """Adds a screen read by single cells: who was perturbed, what responded, and one effect for each perturbation.

    The matrix is read once, piece by piece, and never lies in memory whole. Cells of each perturbation are compared
    with controls of the same stratum, gene by gene; the responses become a context that `predict_responses` reads, the
    screen has one number for each perturbation, and a sample of at most 5,000 cells is kept. The same file read in the
    same way is recognised and written once.

    Args:
        workspace: The workspace.
        path: An .h5ad, a 10x .h5, a .loom, or a folder with matrix.mtx, features.tsv and barcodes.tsv.
        screen: What is said of the screen; of an empty phenotype the cells' own name stands.
        cells: How the file is read.
        where: Column → value; only these cells are read, such as those of one cell type.

    Raises:
        RefusedFileError: The file cannot be used; the store is as it was.
        NeedsChoiceError: The perturbation's column, the controls or the strata have to be named.
        ConflictError: The name is taken, or the same file is in the store with another description.
        InvalidValueError: An argument cannot be used.
        NotFoundError: The store has no gene names, or there is no such signature.
    """
    _check(screen, cells)
    asked = dict(where or {})
    workspace.report(Progress(f"read {path.name}", 0, None, "looking for what was read before"))
    keys = _Keys.of(path, cells, asked)
    with workspace.store.read() as connection:
        known = find_ingest(connection, keys.screen)
        if known is not None:
            return summary(workspace, recognised(workspace, connection, known, _said(screen)))
    with opened_cells(path) as file:
        return _added(workspace, file, screen, cells, asked, keys)


def _check(screen: ScreenDescription, cells: CellReading) -> None:
    check_word("organism", screen.organism, ("", *get_args(Organism)))
    check_word("modality", screen.modality, get_args(Modality))
    check_word("side", screen.side, get_args(Side))
    check_word("test", cells.test, get_args(Test))
    check_phenotype(cells.phenotype_from)
    if screen.hit_rule:
        parse_rule(screen.hit_rule)
    if screen.readout_gene:
        raise InvalidValueError(
            f"{option(readout_gene=screen.readout_gene)} was given, but cells are read by all their genes.",
            f"Leave {option('readout_gene')} out; one gene alone is a signature of one: a file with three genes or more"
            f" is taken by {option(phenotype_from='signature:FILE')}.",
        )
    if screen.side != "both" and not cells.phenotype_from.startswith(SIGNATURE):
        raise InvalidValueError(
            f"{option(side=screen.side)} was given for {cells.phenotype_from}, which lie on no side.",
            f"Leave {option('side')} out: the strongest perturbations are the hits.",
        )
    if ":" in screen.name:
        raise InvalidValueError(
            f"The name {screen.name!r} holds a colon.", f"Evidence ids need one without: {option('name')}."
        )


@dataclass(frozen=True)
class _Keys:
    """What a file's content is known by: the file alone, its responses, and the screen made of them."""

    source: str
    responses: str
    screen: str

    @classmethod
    def of(cls, path: Path, cells: CellReading, where: Mapping[str, str]) -> _Keys:
        source = source_hash(path)
        how = {"kind": "cells", "version": VERSION, **cells.of_the_cells(), "where": dict(where)}
        named = cells.phenotype_from.removeprefix(SIGNATURE)
        signature = Path(named) if named != cells.phenotype_from else None
        of_file = file_hash(signature) if signature is not None and signature.is_file() else ""
        phenotype = {"phenotype_from": cells.phenotype_from, "signature": of_file}
        return cls(source, content_hash([source], how), content_hash([source], {**how, **phenotype}))


def _added(
    workspace: Workspace, file: CellFile, screen: ScreenDescription, cells: CellReading, where: Mapping[str, str],
    keys: _Keys,
) -> AddedPerturbSeq:  # fmt: skip
    chosen = chosen_layer(file, cells.layer)
    grouping = grouped_cells(workspace, file, cells, where, screen.organism)
    readouts = readouts_of(workspace, file, chosen.layer, grouping.organism)
    signature = signature_named(workspace, cells.phenotype_from, grouping.organism)
    used = grouping.arms.of_cell >= 0
    modality, mixed = modality_of(file, used)
    said = (*file.notes, *chosen.said, *grouping.remarks, *mixed, _TESTED[cells.test])
    with measured_cells(workspace, file, chosen, readouts, grouping, cells.test) as measured:
        phenotype = phenotype_of(workspace, measured, cells.phenotype_from, signature)
        described = {
            **asdict(screen), "organism": grouping.organism, "name": _name(screen, file.path, cells),
            "cell_type": screen.cell_type or cell_type_of(file, used), "modality": screen.modality or modality,
            "phenotype": screen.phenotype.strip() or phenotype.name,
            "readout": screen.readout or "single-cell RNA sequencing", "readout_gene": "",
            "positive_means": phenotype.positive_means,
        }  # fmt: skip
        notes = (*grouping.notes, *readouts.notes)
        table = _harmonised(workspace, file.path, keys.source, measured, phenotype, grouping, described, said)
        quality = cell_quality(measured, grouping, file.cells, described["modality"])
        how = {**asdict(cells), "where": dict(where), "layer_read": chosen.layer}
        of_cells = {
            **described, **how, "remarks": list(said), "quality": quality.to_values(),
            "sampled_cells": len(measured.sample),
        }  # fmt: skip
        return _written(workspace, file.path, keys, measured, of_cells, {**described, **how}, table, notes)


def _written(
    workspace: Workspace, path: Path, keys: _Keys, measured: Measured, of_cells: Mapping[str, Any],
    of_screen: Mapping[str, Any], table: HarmonisedTable, notes: tuple[Note, ...],
) -> AddedPerturbSeq:  # fmt: skip
    with workspace.store.write("ingest") as connection:
        # Looked for again: another process may have written it in between.
        known = find_ingest(connection, keys.screen)
        if known is not None:
            return summary(workspace, recognised(workspace, connection, known, of_screen))
        parent = write_cells(workspace, connection, path, keys.responses, keys.source, measured, of_cells, notes)
        screen = write_screen(connection, path, keys.screen, of_screen, table, tool=TOOL, parents=[parent])
        return summary(workspace, summarise(workspace, screen, already_present=False))


def _said(screen: ScreenDescription) -> dict[str, str]:
    return {**asdict(screen), "positive_means": ""}


def _name(screen: ScreenDescription, path: Path, cells: CellReading) -> str:
    """The name that was given; else the file's, and the phenotype behind it where it is not the usual one."""
    told = cells.phenotype_from
    behind = "" if told == RESPONDING else f"-{Path(told).stem if told.startswith(SIGNATURE) else told}"
    return clean(screen.name) or f"{cells_name(path)}{behind}".replace(":", "-")


_TESTED = {
    "rank-sum": "Responses are differences of the mean log1p CP10k from controls, with Welch's standard error; p is of"
    " the rank-sum test over cells (tie-corrected, normal approximation), FDR is over a perturbation's genes.",
    "pseudobulk-t": "Responses are mean differences of pseudobulks (log1p CP10k) from controls, paired by stratum; p is"
    " of Student's t over strata, FDR is over a perturbation's genes.",
}


def _harmonised(
    workspace: Workspace, path: Path, source: str, measured: Measured, phenotype: Phenotype, grouping: Grouping,
    described: Mapping[str, Any], said: tuple[str, ...],
) -> HarmonisedTable:  # fmt: skip
    """The effects as a screen's table, through the same steps as every other screen's."""
    groups = list(measured.arms.groups)
    rows = pd.DataFrame({"line": range(1, len(groups) + 1), "name": groups, "replicate": ""})
    rows = pd.concat([rows, phenotype.effects], axis=1)
    guides = [len(measured.guides.pairs.get(number, ())) for number in range(1, len(groups) + 1)]
    rows["guides"] = pd.array([count or None for count in guides], dtype="Int64")
    rows = rows[rows["estimate"].map(np.isfinite)]
    table = ScreenTable(
        rows, phenotype.estimate_kind, positive_means=phenotype.positive_means, remarks=(*said, *phenotype.said)
    )
    found = harmonise_computed(
        workspace, FilesRead(READER, table, (source,)), path,
        Reading(positive_means=phenotype.positive_means), organism=grouping.organism,
        modality=cast("Modality", described["modality"]),
    )  # fmt: skip
    if not grouping.column:
        return found
    labels = found.rows["perturbation"].map(grouping.source_names)
    return replace(found, rows=found.rows.assign(name=labels.fillna(found.rows["name"])))
