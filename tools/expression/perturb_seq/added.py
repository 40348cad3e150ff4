"""What became of a file of perturbed cells."""

from __future__ import annotations

from dataclasses import dataclass

from db.provenance import get_ingest, notes_of
from db.records import Screen
from db.screens.responses import ResponseContext, contexts
from tools.expression.perturb_seq.quality import CellQuality
from tools.screens.ingestion.added_screen import AddedScreen, NotedRows, by_reason
from tools.workspace import Workspace


@dataclass(frozen=True)
class AddedPerturbSeq:
    """What `add_perturb_seq` brought into the store.

    Attributes:
        screen: The screen, of which campaigns may start.
        context: The responses, one context of the same name unless another screen of the same cells brought it.
        ingest_id: The screen's ingest, which names source, arguments and versions.
        already_present: Whether the same file, read in the same way, was in the store already; nothing was written.
        effects: Perturbations with an effect.
        hits: Hits by the screen's own rule and side.
        sampled_cells: Cells that are kept of it.
        quality: How far it can be trusted.
        kept_aside: Labels, guides, strata and genes that are not used, by reason.
        flags: What is used with a flag, by reason.
        remarks: How the file was read, and what effect, error and FDR are.
        warnings: What should be looked at, a sentence each.
    """

    screen: Screen
    context: ResponseContext
    ingest_id: int
    already_present: bool
    effects: int
    hits: int
    sampled_cells: int
    quality: CellQuality
    kept_aside: tuple[NotedRows, ...]
    flags: tuple[NotedRows, ...]
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]


def summary(workspace: Workspace, added: AddedScreen) -> AddedPerturbSeq:
    """What the store holds of a screen of cells.

    Args:
        workspace: The workspace.
        added: What it holds of the screen.
    """
    with workspace.store.read() as connection:
        ingest = get_ingest(connection, added.ingest_id)
        cells = get_ingest(connection, ingest.parents[0])
        notes = notes_of(connection, cells.id)
        context = next(one for one in contexts(workspace.store) if one.ingest_id == cells.id)
    remarks = tuple(ingest.arguments.get("remarks", ()))
    return AddedPerturbSeq(
        screen=added.screen,
        context=context,
        ingest_id=added.ingest_id,
        already_present=added.already_present,
        effects=added.effects,
        hits=added.hits,
        sampled_cells=int(cells.arguments["sampled_cells"]),
        quality=CellQuality.of_values(cells.arguments["quality"]),
        kept_aside=by_reason([note for note in notes if note.kept_aside]),
        flags=by_reason([note for note in notes if not note.kept_aside]),
        remarks=remarks,
        warnings=tuple(one for one in added.warnings if one not in remarks),
    )
