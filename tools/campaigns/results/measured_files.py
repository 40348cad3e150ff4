"""Files of effects that a campaign takes in: what was measured before it, and the results of its rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from db.acts import option
from db.campaigns.campaigns import screens_of_source
from db.provenance import content_hash, find_ingest, record_ingest
from db.records import Organism, Question, Screen, Study
from db.screens.merged import with_kin
from db.screens.reading import find_screen_of_ingest
from db.screens.writing import add_study, insert_screen
from db.store import Connection, Store
from tools.campaigns.scale import Scale
from tools.campaigns.state import EFFECT_COLUMNS
from tools.screens.checks.evidence_sides import as_evidence
from tools.screens.hit_rules import DEFAULT_TOP, FEW_HITS, default_rule, hits
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_file
from tools.screens.ingestion.written_rows import write_contrast
from tools.screens.tables.reading import Reading
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

    prepared: HarmonisedTable
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
        write_contrast(connection, screen_id, ingest_id, "measured", prepared)
        return screen_id


def measured_file(
    workspace: Workspace,
    path: Path,
    *,
    organism: Organism,
    reading: Reading,
    readout_gene: str,
    described: Mapping[str, Any],
) -> MeasuredFile:
    """Reads a file of what was measured before a campaign; nothing is written.

    Args:
        workspace: Its store has the gene names.
        path: The file.
        organism: Whose genes.
        reading: How the file is read.
        readout_gene: The gene whose expression is measured, or empty.
        described: What else describes the screen; with it the same file is another screen.
    """
    prepared = harmonise_file(
        workspace, path, reading, organism=organism, readout_gene=readout_gene, modality=described.get("modality", "")
    )
    values = {
        "kind": "measured", "organism": organism, "reader": prepared.reader, "columns": dict(reading.columns),
        "controls": sorted(reading.controls), "positive_means": prepared.positive_means, **described,
        **({"repeats": reading.repeats} if reading.repeats else {}),
    }  # fmt: skip
    content = content_hash(prepared.source_hashes, values)
    combined = as_evidence(prepared.combined, prepared.estimate_kind, prepared.positive_means)
    effects = combined.assign(round=0)[list(EFFECT_COLUMNS)].reset_index(drop=True)
    rule = default_rule(effects)
    return MeasuredFile(
        prepared=prepared,
        source=path.name,
        content=content,
        effects=effects,
        scale=Scale.of(prepared.controls["estimate"]),
        hidden=with_kin(workspace.store, screens_of_source(workspace.store, [prepared.source_hashes[0]])),
        known=_known(workspace.store, content),
        rule=rule,
        remarks=(*prepared.remarks, *_remarks(prepared, rule, str(described.get("hit_rule", "")))),
    )


def _known(store: Store, content: str) -> Screen | None:
    with store.read() as connection:
        ingest = find_ingest(connection, content)
        return find_screen_of_ingest(connection, ingest.id) if ingest else None


def _remarks(prepared: HarmonisedTable, rule: str, given: str) -> list[str]:
    aside = sum(note.kept_aside and note.reason != "control" for note in prepared.notes)
    remarks = [f"{aside} rows of the measured file were kept aside."] if aside else []
    if given:
        return remarks
    found = int(hits(prepared.combined, rule).sum())
    more = int(hits(prepared.combined, DEFAULT_TOP).sum()) > found
    if found < FEW_HITS and rule != DEFAULT_TOP and more:
        remarks.append(
            f"Only {found} measured genes are hits by {rule}; {option(hit_rule=DEFAULT_TOP)} gives more to learn from."
        )
    return remarks
