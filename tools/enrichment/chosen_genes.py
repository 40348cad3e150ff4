"""Which genes an enrichment is about, and which were tested: of a list, a screen or a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args

import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError, NotFoundError, check_word
from db.genes.nomenclature import symbols_of
from db.genes.perturbation_names import are_pairs, genes_among, genes_in
from db.records import PROTEIN_CODING, PROTEIN_LOCUS, Organism, Screen, Side
from db.screens.reading import effects_of, get_screen, hit_list, is_unsigned, library_of, list_screens
from db.screens.responses import contexts, perturbed_in
from db.store import Store
from tools.campaigns.chosen_campaign import pick_campaign
from tools.campaigns.results.called_hits import call_hits
from tools.campaigns.state import load_state
from tools.genes.name_lists import read_list, resolve_list
from tools.screens.chosen_screen import screen_or_file
from tools.screens.hit_rules import hits, parse_rule
from tools.workspace import Workspace

SHOWN_NAMES = 10


@dataclass(frozen=True)
class GeneChoice:
    """The genes that are asked about.

    Attributes:
        of: What they are, in words.
        genes: Chosen genes, sorted; all of them were tested.
        tested: Genes that could have been chosen, sorted.
        ranking: Gene → harmonised effect, for a screen or campaign.
        unknown: Names that are no gene, some of them.
        notes: What should be known of the choice, a sentence each.
    """

    of: str
    genes: tuple[str, ...]
    tested: tuple[str, ...]
    ranking: pd.Series[float]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose(
    workspace: Workspace,
    genes: Sequence[str],
    *,
    screen: str = "",
    campaign: str = "",
    background: str = "",
    side: str = "",
    organism: str = "human",
) -> GeneChoice:
    """The genes of a list, or the hits of a screen or campaign, with the genes that were tested.

    Args:
        workspace: The workspace.
        genes: Names of genes; in place of a screen or campaign.
        screen: Name of a screen.
        campaign: Name of a campaign.
        background: For names: a screen, a table of responses, a file or ``protein-coding``.
        side: Which hits; the screen's or campaign's own side where empty.
        organism: Whose genes the names are.

    Raises:
        InvalidValueError: Not exactly one of them is given, or a word is not known.
        NotFoundError: There is no such screen, campaign or file, or no nomenclature.
    """
    if sum(map(bool, (genes, screen, campaign))) != 1:
        raise InvalidValueError(
            "An enrichment is of genes, of a screen or of a campaign.",
            f"Give one of {option('genes')}, {option('screen')}, {option('campaign')}.",
        )
    check_word("side", side, ("", *get_args(Side)))
    check_word("organism", organism, get_args(Organism))
    if genes and side:
        raise InvalidValueError(
            "A list of genes has no side.", f"{option('side')} goes with {option('screen')} or {option('campaign')}."
        )
    if background and not genes:
        raise InvalidValueError(
            "What a screen or campaign measured is its background.",
            f"{option('background')} goes with {option('genes')}.",
        )
    if genes:
        return _of_names(workspace, genes, background, cast("Organism", organism))
    if screen:
        return _of_screen(workspace.store, get_screen(workspace.store, screen), cast("Side", side))
    return _of_campaign(workspace.store, campaign, side)


def _of_names(workspace: Workspace, genes: Sequence[str], background: str, organism: Organism) -> GeneChoice:
    resolved = resolve_list(workspace.store, organism, [part for name in genes for part in genes_in(name)], "genes")
    tested, said = _background(workspace, background, organism)
    chosen = set(resolved.perturbations["name"])
    outside = sorted(chosen - tested)
    notes = list(said)
    if outside and background:
        notes.append(f"{len(outside)} of the genes were not tested and do not count, such as {outside[0]}.")
        chosen &= tested
    unknown = tuple(one.name for one in resolved.ignored)
    if unknown:
        notes.append(f"{len(unknown)} names mean no single gene, such as {unknown[0]}.")
    everyone = tuple(sorted(tested | chosen))
    of = f"{len(chosen)} genes"
    return GeneChoice(of, tuple(sorted(chosen)), everyone, pd.Series(dtype=float), unknown[:SHOWN_NAMES], tuple(notes))


def _background(workspace: Workspace, background: str, organism: Organism) -> tuple[set[str], list[str]]:
    store = workspace.store
    if background in ("", PROTEIN_CODING):
        names = symbols_of(store, organism, PROTEIN_LOCUS)
        if not names:
            raise NotFoundError(
                f"The store does not know which {organism} genes are protein-coding.",
                f"{act('fetch', ['hgnc'])} gets that for human genes; otherwise name what was tested:"
                f" {option('background')}.",
            )
        note = (
            f"All {len(names):,} protein-coding genes are taken as tested;"
            f" {option('background')} names those that were."
        )
        return set(names), [] if background else [note]
    if _is_context(store, background):
        return genes_among(perturbed_in(store, background)), []
    try:
        found = screen_or_file(workspace, background, "background")
    except NotFoundError as error:
        if not workspace.reads_files:
            raise
        raise NotFoundError(
            f"There is no screen, table of responses or file {background!r} for the background.", error.suggestion
        ) from error
    if isinstance(found, Path):
        listed = [line.name for line in read_list(found, "background")]
        names = list(resolve_list(store, organism, listed, "background").perturbations["name"])
    else:
        names = library_of(store, found.id)
    return genes_among(names), []


def _is_context(store: Store, name: str) -> bool:
    """Whether a name is that of a table of responses, and of no screen, which would come first."""
    if name not in {context.name for context in contexts(store)}:
        return False
    return name not in {screen.name for screen in list_screens(store)}


def _of_screen(store: Store, screen: Screen, side: Side | str) -> GeneChoice:
    effects = effects_of(store, screen.id).drop_duplicates("perturbation").reset_index(drop=True)
    rule, asked = parse_rule(screen.hit_rule), cast("Side", side or screen.side)
    published = hit_list(store, rule.list_hash)
    found = hits(effects, rule, asked, published)
    if rule.list_hash and side in ("low", "high"):
        # A published list has no side of its own: the sign of the effect tells it.
        found &= effects["estimate"] > 0 if side == "high" else effects["estimate"] < 0
    of = f"hits of {screen.name} by {screen.hit_rule} ({asked})"
    chosen = _of_effects(of, effects, set(effects.loc[found.to_numpy(dtype=bool), "perturbation"]))
    if not is_unsigned(store, screen.id):
        return chosen
    note = f"{screen.name} says how strong effects are, not which way they go: high means strong, and low weak."
    return replace(chosen, notes=(*chosen.notes, note))


def _of_campaign(store: Store, name: str, side: str) -> GeneChoice:
    campaign = pick_campaign(store, name)
    state = load_state(store, campaign)
    if state.effects.empty:
        raise NotFoundError(f"Campaign {campaign.name} has no result yet.", f"{act('campaign_record')} brings some.")
    call = call_hits(store, state)
    estimates = state.effects.set_index("perturbation")["estimate"]
    chosen = {one for one in call.hits if side in ("", "both") or (estimates[one] > 0) == (side == "high")}
    found = _of_effects(f"hits of campaign {campaign.name}: {call.rule}", state.effects, chosen)
    note = "The campaign measured what it nominated, which is no random part of its library."
    return GeneChoice(found.of, found.genes, found.tested, found.ranking, notes=(*found.notes, note))


def _of_effects(of: str, effects: pd.DataFrame, chosen: set[str]) -> GeneChoice:
    pairs = are_pairs(effects["perturbation"])
    single = effects[~pairs]
    notes = (f"{int(pairs.sum())} perturbations of two genes are left out.",) if pairs.any() else ()
    ranking = single.set_index("perturbation")["estimate"].astype(float)
    if ranking.empty:
        raise InvalidValueError(
            f"{of}: no perturbation of a single gene was measured.", f"Ask about a list: {option('genes')}."
        )
    tested = tuple(sorted(ranking.index))
    return GeneChoice(of, tuple(sorted(chosen & set(tested))), tested, ranking.sort_index(), notes=notes)
