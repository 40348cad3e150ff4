"""Genes that a campaign must not nominate: listed in a file, fitness genes, by its mode, or excluded by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.acts import ANY, option
from db.campaigns.campaigns import add_exclusions
from db.campaigns.records import IgnoredName
from db.errors import InvalidValueError, require
from db.records import Question
from db.screens.writing import ensure_perturbations
from db.undo import remember, rows_of_campaign
from tools.campaigns.state import CampaignState, state_of
from tools.genes.essentials import about_growth, fitness_genes
from tools.genes.name_lists import read_list, resolve_list
from tools.genes.orthologs import orthologs_of
from tools.parameters import takes_names
from tools.workspace import Workspace

FITNESS_REASON = "fitness gene: what slows or kills a cell changes nearly every readout"


@dataclass(frozen=True)
class LeftOut:
    """What a campaign leaves out from its start on.

    Attributes:
        perturbations: Columns name, gene_id, second_gene_id and reason; those that were listed, then fitness genes,
            then those that the mode leaves out.
        ignored: Listed names that could not be used.
        fitness: How many fitness genes of the library are left out.
        by_mode: How many others its mode leaves out.
    """

    perturbations: pd.DataFrame
    ignored: tuple[IgnoredName, ...]
    fitness: int
    by_mode: int = 0


@dataclass(frozen=True)
class Exclusion:
    """What `campaign_exclude` did: names excluded now, and names that could not be used and why."""

    campaign: str
    excluded: tuple[str, ...]
    ignored: tuple[IgnoredName, ...]
    notes: tuple[str, ...] = ()


@takes_names
def campaign_exclude(workspace: Workspace, genes: Sequence[str], reason: str, name: str = "") -> Exclusion:
    """Takes genes out of a campaign's candidates for good.

    Args:
        workspace: Where the campaign is.
        genes: Genes of its library (``A``, or ``A+B`` for a pair).
        reason: Why, in words; it is kept.
        name: The campaign; the only open one where empty.

    Returns:
        What was excluded, and names that could not be used.

    Raises:
        InvalidValueError: No reason was given, or none of the names can be used.
    """
    require(reason.strip(), "An exclusion needs a reason.", f"Say why: {option(reason=ANY)}.")
    state = state_of(workspace.store, name, to_change=True)
    organism = state.campaign.question.organism
    resolved = resolve_list(workspace.store, organism, genes, "exclusions")
    frame = resolved.perturbations
    inside = frame["name"].isin(state.library)
    outside = [IgnoredName(str(n), "not in the campaign's library", "exclusions") for n in frame["name"][~inside]]
    chosen = frame[inside.to_numpy(dtype=bool)]
    ignored = (*resolved.ignored, *outside)
    if chosen.empty:
        said = "; ".join(f"{one.name}: {one.why}" for one in ignored[:5])
        raise InvalidValueError(f"None of the genes can be excluded ({said}).", "Name genes of the campaign's library.")
    with workspace.store.write("exclude") as connection:
        title = f"{len(chosen)} were excluded from campaign {state.campaign.name}"
        remember(connection, title, rows_of_campaign(state.campaign.id))
        ids = ensure_perturbations(connection, organism, chosen)
        add_exclusions(connection, state.campaign.id, {int(ids[n]): reason.strip() for n in chosen["name"]})
    names = tuple(chosen["name"])
    notes = (*_excluded_before(state, names), *_exclusion_notes(state, set(names)))
    return Exclusion(state.campaign.name, names, ignored, notes)


def _excluded_before(state: CampaignState, names: Sequence[str]) -> tuple[str, ...]:
    """What was excluded already, which keeps the reason that it has."""
    known = [name for name in names if name in state.exclusions]
    if not known:
        return ()
    more = f" and {len(known) - 5} others" if len(known) > 5 else ""
    reason = state.exclusions[known[0]]
    return (f"{', '.join(known[:5])}{more} had been excluded already, and keep their first reason ({reason}).",)


def _exclusion_notes(state: CampaignState, excluded: set[str]) -> tuple[str, ...]:
    newest = state.newest
    if newest is None or newest.state == "measured":
        return ()
    hit = sorted(excluded & {nomination.perturbation for nomination in newest.nominations})
    if not hit:
        return ()
    if newest.state == "open":
        return (f"{', '.join(hit)} stood in the open round {newest.number}: propose again before confirming.",)
    return (f"{', '.join(hit)} stay in round {newest.number}, which is confirmed; later rounds leave them out.",)


# From the start ----------------------------------------------------------------------------------


def left_out(
    workspace: Workspace,
    question: Question,
    library: pd.DataFrame,
    file: Path | None,
    *,
    fitness: bool,
    by_mode: Mapping[str, str],
) -> LeftOut:
    """Genes that must not be nominated from the start on: those that a person lists, fitness genes, and by the mode.

    What slows or kills a cell changes nearly every readout: left among the candidates, fitness genes
    (`tools.genes.essentials.fitness_genes`) fill a list and teach nothing on the phenotype. A phenotype of growth or
    death is theirs, so that they stay in it.

    Args:
        workspace: Its store knows names, and which genes are fitness genes.
        question: What is looked for.
        library: Columns name, gene_id, second_gene_id.
        file: Names, with a reason in the column after each; None where nothing is listed.
        fitness: Whether fitness genes are left out.
        by_mode: Perturbations that the campaign's mode leaves out, and why.
    """
    lines = read_list(file, "exclusions") if file else []
    reasons = {line.name: line.second or f"listed in {file.name if file else ''}" for line in lines}
    listed = resolve_list(workspace.store, question.organism, [line.name for line in lines], "exclusions")
    frame = listed.perturbations.assign(reason=[reasons[name] for name in listed.perturbations["listed"]])
    found = fitness_genes(workspace) if fitness and not about_growth(question.phenotype) else frozenset()
    found = orthologs_of(workspace.store, question.organism).own_symbols(found)
    more = library[library["name"].isin(found)].sort_values("name").assign(reason=FITNESS_REASON)
    together = _and_more(frame, more)
    others = library[library["name"].isin(by_mode)].sort_values("name")
    everything = _and_more(together, others.assign(reason=others["name"].map(dict(by_mode))))
    return LeftOut(everything, listed.ignored, len(more), len(everything) - len(together))


def _and_more(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Both; of two reasons for one gene the first is kept, so that a person's own comes before all others."""
    added = more[~more["name"].isin(frame["name"])]
    return pd.concat([frame, added], ignore_index=True) if len(added) else frame
