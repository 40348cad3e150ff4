"""What became of a screen's file: the screen, its hits, and every row that was kept aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db.acts import NAME, option
from db.provenance import get_ingest, notes_of
from db.records import ONE_SIDED, Note, Screen
from db.screens import reading as db_screens
from tools.screens.checks.rule_scale import other_reading
from tools.screens.hit_rules import DEFAULT_TOP, FEW_HITS, hits, parse_rule
from tools.workspace import Workspace

EXAMPLES = 5
"""Examples of rows that are reported for each reason."""


@dataclass(frozen=True)
class NotedRows:
    """Rows of a file that were kept aside, or used with a flag, for one reason.

    Attributes:
        reason: ``unresolved``, ``ambiguous``, ``date``, ``several-genes``, ``duplicate``, ``not-finite``,
            ``p-out-of-range``, ``control``, ``bad-row``, ``missing``, ``total``, ``impossible``; of rows that are used
            ``alias``, ``former-name``, ``zero-effect``, ``p-zero`` or ``bound``.
        rows: How many.
        examples: The first few, each a sentence with its line.
    """

    reason: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class AddedScreen:
    """What `add_screen` brought into the store.

    Attributes:
        screen: The screen.
        contrasts: Ids of its contrasts.
        ingest_id: The ingest, which names source, arguments and versions.
        already_present: Whether the same file, read in the same way, was in the store already; nothing was written.
        reader: The reader that understood the file.
        rows_read: Rows of the file, or files.
        effects: Perturbations with an effect.
        replicates: Names of the replicates; empty where there is one only.
        kept_aside: Rows that are not used, by reason.
        flags: Rows that are used with a flag, by reason.
        sign_evidence: How it is known what positive means.
        hits: Hits by the screen's rule and side.
        warnings: What should be looked at, a sentence each.
    """

    screen: Screen
    contrasts: tuple[int, ...]
    ingest_id: int
    already_present: bool
    reader: str
    rows_read: int
    effects: int
    replicates: tuple[str, ...]
    kept_aside: tuple[NotedRows, ...]
    flags: tuple[NotedRows, ...]
    sign_evidence: str
    hits: int
    warnings: tuple[str, ...]


def summarise(workspace: Workspace, screen: Screen, *, already_present: bool) -> AddedScreen:
    """What the store holds of a screen that came from a file.

    Args:
        workspace: The workspace.
        screen: The screen.
        already_present: What the summary says on this.
    """
    store = workspace.store
    with store.read() as connection:
        effects = db_screens.effects_of(store, screen.id)
        singles = db_screens.effects_of(store, screen.id, replicates=True)
        contrasts = db_screens.contrasts_of(store, screen.id)
        notes = notes_of(connection, screen.ingest_id)
        arguments = get_ingest(connection, screen.ingest_id).arguments
        found = count_hits(workspace, screen, effects)
    warnings = [*arguments.get("remarks", ()), *_warnings(screen, effects, found, arguments)]
    if len(contrasts) == 1 and contrasts[0].estimate_kind not in ONE_SIDED:
        warnings += other_reading(effects, screen.hit_rule, screen.side, contrasts[0].positive_means)
    return AddedScreen(
        screen=screen,
        contrasts=tuple(contrast.id for contrast in contrasts),
        ingest_id=screen.ingest_id,
        already_present=already_present,
        reader=screen.method,
        rows_read=int(arguments.get("rows_read", len(effects))),
        effects=len(effects),
        replicates=tuple(sorted(set(singles["replicate"]))),
        kept_aside=by_reason([note for note in notes if note.kept_aside]),
        flags=by_reason([note for note in notes if not note.kept_aside]),
        sign_evidence="; ".join(dict.fromkeys(contrast.sign_evidence for contrast in contrasts)),
        hits=found,
        warnings=tuple(warnings),
    )


def count_hits(workspace: Workspace, screen: Screen, effects: pd.DataFrame) -> int:
    """How many perturbations are hits by the screen's own rule and side.

    Args:
        workspace: The workspace; its store has published lists.
        screen: The screen.
        effects: Its combined effects.
    """
    rule = parse_rule(screen.hit_rule)
    published = db_screens.hit_list(workspace.store, rule.list_hash)
    return int(hits(effects, rule, screen.side, published).sum())


def _warnings(screen: Screen, effects: pd.DataFrame, found: int, arguments: Mapping[str, Any]) -> list[str]:
    warnings = []
    rule = parse_rule(screen.hit_rule)
    if rule.needs("fdr") and not effects[["fdr_low", "fdr_high"]].notna().to_numpy().any():
        warnings.append(f"The rule {screen.hit_rule!r} needs FDR, and the table has none; '{DEFAULT_TOP}' would work.")
    elif rule.needs("p") and not effects[["p_low", "p_high"]].notna().to_numpy().any():
        warnings.append(f"The rule {screen.hit_rule!r} needs p, and the table has none; '{DEFAULT_TOP}' would work.")
    elif found < FEW_HITS and not rule.list_hash and not rule.needs("top"):
        top = int(hits(effects, DEFAULT_TOP, screen.side).sum())
        # In a small table the top 5 % are fewer still, which helps nobody.
        offer = f"; '{DEFAULT_TOP}' would give {top}: {option(hit_rule=DEFAULT_TOP)}" if top > found else ""
        counted = f"{found} hit{'' if found == 1 else 's'}"
        warnings.append(f"Only {counted} by {screen.hit_rule!r} ({screen.side}){offer}.")
    lost = arguments.get("lost_hits", ())
    if lost:
        warnings.append(
            f"{len(lost)} published hits have no row under a known gene name, so none can find them:"
            f" {', '.join(lost[:10])}{' …' if len(lost) > 10 else ''}."
        )
    if not screen.study:
        warnings.append(f"No study is declared, so replays refuse the screen as a prior: {option(study=NAME)}.")
    return warnings


def by_reason(notes: Sequence[Note]) -> tuple[NotedRows, ...]:
    """Notes as counts and first examples.

    Args:
        notes: Notes on rows of a file.
    """
    by_reason: dict[str, list[Note]] = {}
    for note in notes:
        by_reason.setdefault(note.reason, []).append(note)
    # Rows that are set aside together, as duplicates are, share one sentence, which names all of their lines.
    return tuple(
        NotedRows(reason, len(group), tuple(dict.fromkeys(map(_example, group)))[:EXAMPLES])
        for reason, group in sorted(by_reason.items())
    )


def _example(note: Note) -> str:
    """A note in a sentence that says its lines once."""
    if note.detail.startswith("Lines "):
        return f"{note.name}: {note.detail}"
    where = f"line {note.line}: " if note.line is not None else ""
    return f"{where}{note.name}: {note.detail}"
