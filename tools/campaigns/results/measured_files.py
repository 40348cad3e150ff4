"""Files of effects that a campaign takes in: what was measured before it, and the results of its rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from db.campaigns.campaigns import screens_of_source
from db.provenance import content_hash, find_ingest, record_ingest
from db.records import Organism, Question, Screen, Study
from db.screens.reading import find_screen_of_ingest
from db.screens.writing import (
    add_study,
    ensure_perturbations,
    insert_contrast,
    insert_controls,
    insert_effects,
    insert_replicates,
    insert_screen,
    insert_source_names,
)
from db.store import Connection, Store
from tools.campaigns.results.placed_results import UNPLACED, Placement, placed
from tools.campaigns.scale import Scale
from tools.campaigns.state import EFFECT_COLUMNS
from tools.screens.hit_rules import FEW_HITS, default_rule, hits
from tools.screens.ingestion.harmonised_table import PreparedTable, prepare
from tools.screens.readers.base import ReadOptions
from tools.workspace import Workspace


@dataclass(frozen=True)
class MeasuredFile:
    """A file of what was measured before a campaign, read but not written.

    Attributes:
        prepared: The file.
        source: Its name.
        content: Hash of its bytes and of all that decides how it is read.
        effects: Its combined effects as round 0.
        scale: Where its negative controls lie.
        hidden: Screens of the same bytes.
        known: The screen that holds this very file already, read the same way; None where it is new.
        rule: The hit rule that is used where none is given.
        remarks: What a person should know.
    """

    prepared: PreparedTable
    source: str
    content: str
    effects: pd.DataFrame
    scale: Scale
    hidden: frozenset[int]
    known: Screen | None
    rule: str
    remarks: tuple[str, ...]

    def write(self, connection: Connection, question: Question, campaign: str) -> int:
        """Writes the file as a screen of its own, in the transaction that is open.

        Args:
            connection: The writing connection.
            question: The campaign's question, which describes the screen.
            campaign: Name of the campaign, from which the screen gets its name.

        Returns:
            The screen's id.
        """
        prepared = self.prepared
        ingest_id = record_ingest(
            connection,
            content=self.content,
            kind="screen",
            name=f"{campaign} measured",
            source=self.source,
            source_hash=prepared.source_hashes[0],
            tool="campaign start",
            arguments={"reader": prepared.reader, "positive_means": prepared.positive_means},
            notes=prepared.notes,
        )
        screen_id = insert_screen(
            connection,
            name=f"{campaign} measured",
            ingest_id=ingest_id,
            study_id=add_study(connection, Study(question.study)) if question.study else None,
            phenotype=question.phenotype,
            organism=question.organism,
            cell_type=question.cell_type,
            modality=question.modality,
            method=prepared.reader,
            readout=question.readout,
            readout_gene=prepared.readout_gene,
            text=prepared.text,
            hit_rule=question.hit_rule,
            side=question.side,
        )
        write_contrast(connection, screen_id, ingest_id, "measured", prepared, UNPLACED)
        return screen_id


def measured_file(
    workspace: Workspace,
    path: Path,
    *,
    organism: Organism,
    reader: str,
    columns: Mapping[str, str],
    controls: Sequence[str],
    positive_means: str,
    readout_gene: str,
    described: Mapping[str, Any],
) -> MeasuredFile:
    """Reads a file of what was measured before a campaign; nothing is written.

    Args:
        workspace: Its store has the gene names.
        path: The file.
        organism: Whose genes.
        reader: Name of a reader, or empty.
        columns: Field of hitscout → column of the file.
        controls: Names of negative-control rows.
        positive_means: What positive means in the file, or empty.
        readout_gene: The gene whose expression is measured, or empty.
        described: What else describes the screen; with it the same file is another screen.
    """
    options = ReadOptions(columns=dict(columns), controls=tuple(controls))
    prepared = prepare(
        workspace, path, options, organism=organism, reader=reader, positive_means=positive_means,
        readout_gene=readout_gene, modality=described.get("modality", ""),
    )  # fmt: skip
    values = {
        "kind": "measured", "organism": organism, "reader": prepared.reader, "columns": dict(columns),
        "controls": sorted(controls), "positive_means": prepared.positive_means, **described,
    }  # fmt: skip
    content = content_hash(prepared.source_hashes, values)
    effects = prepared.combined.assign(round=0)[list(EFFECT_COLUMNS)].reset_index(drop=True)
    rule = default_rule(effects)
    return MeasuredFile(
        prepared=prepared,
        source=path.name,
        content=content,
        effects=effects,
        scale=Scale.of(prepared.controls["estimate"]),
        hidden=screens_of_source(workspace.store, [prepared.source_hashes[0]]),
        known=_known(workspace.store, content),
        rule=rule,
        remarks=(*prepared.remarks, *_remarks(prepared, rule, str(described.get("hit_rule", "")))),
    )


def _known(store: Store, content: str) -> Screen | None:
    with store.read() as connection:
        ingest = find_ingest(connection, content)
        return find_screen_of_ingest(connection, ingest.id) if ingest else None


def _remarks(prepared: PreparedTable, rule: str, given: str) -> list[str]:
    aside = sum(note.kept_aside and note.reason != "control" for note in prepared.notes)
    remarks = [f"{aside} rows of the measured file were kept aside."] if aside else []
    if given:
        return remarks
    found = int(hits(prepared.combined, rule).sum())
    if found < FEW_HITS and rule != "top 5%":
        remarks.append(f"Only {found} measured genes are hits by {rule}; --hit-rule 'top 5%' gives more to learn from.")
    return remarks


def write_contrast(
    connection: Connection, screen_id: int, ingest_id: int, name: str, prepared: PreparedTable, placement: Placement
) -> int:
    """Writes a prepared file as one contrast of a screen, placed on the campaign's scale.

    Args:
        connection: The writing connection.
        screen_id: The screen.
        ingest_id: The ingest that brings the contrast.
        name: Name of the contrast.
        prepared: The file.
        placement: How its effects are placed; standard errors and controls go with them, p and FDR stay.

    Returns:
        The contrast's id.
    """
    contrast_id = insert_contrast(
        connection,
        screen_id=screen_id,
        ingest_id=ingest_id,
        name=name,
        estimate_kind=prepared.estimate_kind,
        positive_means=prepared.positive_means,
        sign_evidence=prepared.sign_evidence,
    )
    rows = placed(prepared.rows, placement)
    genes = rows.rename(columns={"name": "listed", "perturbation": "name"})
    ids = ensure_perturbations(connection, prepared.organism, genes)
    labels = sorted({*rows["replicate"], *prepared.controls["replicate"]} - {""})
    replicates = insert_replicates(connection, contrast_id, labels)
    rows = rows.assign(
        perturbation_id=rows["perturbation"].map(ids), replicate_id=rows["replicate"].map(replicates).astype("Int64")
    )
    insert_effects(connection, contrast_id, ingest_id, rows)
    insert_source_names(connection, screen_id, rows)
    controls = placed(prepared.controls, placement)
    controls["replicate_id"] = controls["replicate"].map(replicates).astype("Int64")
    insert_controls(connection, contrast_id, ingest_id, controls)
    return contrast_id
