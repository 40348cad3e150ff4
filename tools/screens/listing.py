"""Screens of the store: listed, shown with a quality report, removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.provenance import get_ingest, notes_of
from db.records import Contrast, Screen
from db.screens import reading as db_screens
from tools.screens.checks.evidence_sides import both_ends
from tools.screens.hit_rules import hits, parse_rule
from tools.screens.ingestion.added_screen import NotedRows, by_reason
from tools.screens.quality import Quality, assess
from tools.screens.response_files.kept import forget_kept
from tools.workspace import Workspace

STRONGEST = 10


@dataclass(frozen=True)
class ListedScreen:
    """One line of the list of screens.

    Attributes:
        screen: The screen.
        perturbations: Perturbations with an effect.
        hits: Hits by the screen's own rule and side.
        positive_means: What a positive value meant in the source file: raises, lowers, or both where contrasts differ.
    """

    screen: Screen
    perturbations: int
    hits: int
    positive_means: str = ""


@dataclass(frozen=True)
class ShownScreen:
    """A screen with everything that is known of it.

    Attributes:
        screen: The screen.
        contrasts: Its contrasts, with the sign of the source and how it is known.
        source: Name of the file that it came from.
        source_hash: SHA-256 of that file.
        added_at: When it was added, in UTC.
        quality: The quality report.
        kept_aside: Rows of the file that are not used, by reason, with examples.
        flags: Rows that are used with a flag, by reason, with examples.
        remarks: What the reader said of the file.
        lowest: The perturbations that lower the phenotype most, with their effects; none where effects have no sign.
        highest: The perturbations that raise it most; the strongest where effects have no sign. Of evidence for one
            side, the other is empty.
    """

    screen: Screen
    contrasts: tuple[Contrast, ...]
    source: str
    source_hash: str
    added_at: datetime
    quality: Quality
    kept_aside: tuple[NotedRows, ...]
    flags: tuple[NotedRows, ...]
    remarks: tuple[str, ...]
    lowest: tuple[tuple[str, float], ...]
    highest: tuple[tuple[str, float], ...]


def screen_list(workspace: Workspace) -> tuple[ListedScreen, ...]:
    """Lists the screens of the store, by name; results of campaigns are not among them.

    Args:
        workspace: The workspace.
    """
    listed = []
    with workspace.store.read():
        for screen in db_screens.list_screens(workspace.store):
            effects = db_screens.effects_of(workspace.store, screen.id)
            rule = parse_rule(screen.hit_rule)
            published = db_screens.hit_list(workspace.store, rule.list_hash)
            found = int(hits(effects, rule, screen.side, published).sum())
            signs = sorted({one.positive_means for one in db_screens.contrasts_of(workspace.store, screen.id)})
            listed.append(ListedScreen(screen, len(effects), found, " and ".join(signs)))
    return tuple(listed)


def screen_show(workspace: Workspace, name: str) -> ShownScreen:
    """Shows a screen: what it is, where it came from, and how far it can be trusted.

    Args:
        workspace: The workspace.
        name: Name of the screen.

    Raises:
        NotFoundError: There is no such screen; near names are given.
    """
    store = workspace.store
    with store.read() as connection:
        screen = db_screens.get_screen(store, name)
        ingest = get_ingest(connection, screen.ingest_id)
        notes = notes_of(connection, screen.ingest_id)
        kept_aside = by_reason([note for note in notes if note.kept_aside])
        flags = by_reason([note for note in notes if not note.kept_aside])
        quality = assess(
            store, screen, {one.reason: one.rows for one in kept_aside}, {one.reason: one.rows for one in flags}
        )
        contrasts = db_screens.contrasts_of(store, screen.id)
        kinds = {(one.estimate_kind, one.positive_means) for one in contrasts}
        # Contrasts of several kinds are shown as effects of both signs, which is what most of them are.
        kind, meaning = kinds.pop() if len(kinds) == 1 else ("lfc", "raises")
        lowest, highest = both_ends(db_screens.effects_of(store, screen.id), kind, meaning, STRONGEST)
        return ShownScreen(
            screen=screen,
            contrasts=tuple(contrasts),
            source=ingest.source,
            source_hash=ingest.source_hash,
            added_at=ingest.created_at,
            quality=quality,
            kept_aside=kept_aside,
            flags=flags,
            remarks=tuple(ingest.arguments.get("remarks", ())),
            lowest=lowest,
            highest=highest,
        )


def screen_remove(workspace: Workspace, name: str) -> Screen:
    """Removes a screen with all its effects, its notes and its ingest.

    Responses that were found in the same cells go with it, and from the cache what was learnt from them.

    Args:
        workspace: The workspace.
        name: Name of the screen.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        ConflictError: A campaign uses it.
    """
    # Not above: it loads what reads tables, which nothing else here needs.
    from db.screens.responses import contexts

    before = {one.name for one in contexts(workspace.store)}
    removed = db_screens.remove_screen(workspace.store, name)
    for context in before - {one.name for one in contexts(workspace.store)}:
        forget_kept(workspace, context)
    return removed
