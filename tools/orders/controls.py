"""Controls of an order: what was asked for, and which guides of the library they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_in
from db.records import Round
from tools.campaigns.state import CampaignState
from tools.genes.essentials import common_essentials, essential_names
from tools.genes.name_lists import resolve_list
from tools.orders.cloning import Cloning
from tools.orders.flags import faults_of
from tools.orders.guide_library import NON_TARGETING, SAFE, GuideLibrary, guides_of
from tools.workspace import Workspace

ESSENTIAL, POSITIVE = "essential", "positive"
COUNTED = (NON_TARGETING, SAFE, ESSENTIAL)
MOST = 10_000
_SO = ["non-targeting:50", "safe:10", "essential:8", "positive:CD3E+LCK"]


@dataclass(frozen=True)
class WantedControls:
    """Which controls are asked for.

    Attributes:
        guides: Kind of `COUNTED` → how many guides.
        positive: Genes that are known hits, by the store's symbols.
    """

    guides: Mapping[str, int] = field(default_factory=dict)
    positive: tuple[str, ...] = ()


def wanted_controls(asked: Sequence[str], workspace: Workspace, state: CampaignState, one: Round) -> WantedControls:
    """The controls that are asked for; what the round advises where nothing is.

    Args:
        asked: As `tools.orders.options.Ordering.ordered_controls` has it.
        workspace: The store, for names of genes.
        state: The campaign, for its positive controls.
        one: The round, for what it advises.

    Raises:
        InvalidValueError: It is of no such form, or names an unknown gene.
    """
    if not asked:
        advised = one.shortlist.controls
        guides = sum(control.guides for control in advised if control.kind == "non-targeting")
        positive = [
            gene for control in advised if control.kind == "positive" for gene in genes_in(control.perturbation)
        ]
        return WantedControls({NON_TARGETING: guides} if guides else {}, tuple(dict.fromkeys(positive)))
    guides_of_kind: dict[str, int] = {}
    genes: list[str] = []
    for part in asked:
        kind, _, value = part.strip().partition(":")
        if kind == POSITIVE:
            genes += _genes(value, workspace, state)
        elif kind in COUNTED:
            guides_of_kind[kind] = _count(part, value)
        elif part.strip() != "none" or len(asked) > 1:
            raise _no_control(part)
    return WantedControls(guides_of_kind, tuple(dict.fromkeys(genes)))


def _count(part: str, value: str) -> int:
    if value.isdecimal() and int(value) <= MOST:
        return int(value)
    raise _no_control(part)


def _no_control(part: str) -> InvalidValueError:
    return InvalidValueError(
        f"{part!r} is no kind of control with its number.", f"Write them so: {option(ordered_controls=_SO)}."
    )


def _genes(value: str, workspace: Workspace, state: CampaignState) -> list[str]:
    """The genes of ``positive:A+B``, by the store's symbols; the campaign's own where none is named."""
    question = state.campaign.question
    named = [name for name in value.split("+") if name] or [
        gene for name in question.positive_controls for gene in genes_in(name)
    ]
    if not named:
        raise InvalidValueError(
            f"Campaign {state.campaign.name} has no positive controls of its own.",
            f"Name some: {option(ordered_controls=['positive:CD3E+LCK'])}.",
        )
    found = resolve_list(workspace.store, question.organism, named, "controls")
    if found.ignored:
        raise InvalidValueError(
            f"The positive control {found.ignored[0].name!r} is no gene: {found.ignored[0].why}",
            f"{act('resolve_genes', [found.ignored[0].name])} says what a name means.",
        )
    return [str(name) for name in found.perturbations["name"]]


@dataclass(frozen=True)
class DrawnControls:
    """Controls that stand by themselves, and where there are fewer than were asked for.

    Attributes:
        guides: Rows of the library with the columns gene (empty where it has none) and kind.
        notes: What is missing, a sentence each.
    """

    guides: pd.DataFrame
    notes: tuple[str, ...]


def drawn_controls(
    wanted: WantedControls,
    library: GuideLibrary,
    workspace: Workspace,
    state: CampaignState,
    taken: Sequence[str],
    cloning: Cloning,
    rng: np.random.Generator,
) -> DrawnControls:
    """Draws non-targeting and safe controls of the library, and guides of core essential genes; one a gene at first.

    Those in which a site would arise, or that hold a terminator, come after all others.

    Args:
        wanted: How many.
        library: The library.
        workspace: The store.
        state: The campaign.
        taken: Genes that are nominated or positive controls, which are no essential controls.
        cloning: What stands around a guide, and the sites that must not arise.
        rng: What draws; the file's order does not matter.
    """
    parts: list[pd.DataFrame] = []
    notes: list[str] = []
    for kind in (NON_TARGETING, SAFE):
        if count := wanted.guides.get(kind, 0):
            there = library.controls(kind)
            wrong = np.array([bool(faults_of(sequence, cloning)) for sequence in there["sequence"]], dtype=bool)
            order = rng.permutation(len(there))
            chosen = there.iloc[np.sort(order[np.argsort(wrong[order], kind="stable")][:count])]
            parts.append(chosen.assign(gene="", kind=kind))
            notes += _fewer(kind, count, len(chosen), library)
    if count := wanted.guides.get(ESSENTIAL, 0):
        chosen, note = _essential(count, library, workspace, state, taken, cloning, rng)
        parts.append(chosen.assign(kind=ESSENTIAL))
        notes += note or _fewer(ESSENTIAL, count, len(chosen), library)
    empty = library.guides.head(0).assign(gene="", kind="")
    return DrawnControls(pd.concat([empty, *(part for part in parts if len(part))]), tuple(notes))


def _fewer(kind: str, asked: int, there: int, library: GuideLibrary) -> list[str]:
    if there >= asked:
        return []
    has = f"only {there:,}" if there else "none"
    return [f"{asked:,} {kind} guides were asked for, and {library.path.name} has {has}."]


def _essential(
    count: int,
    library: GuideLibrary,
    workspace: Workspace,
    state: CampaignState,
    taken: Sequence[str],
    cloning: Cloning,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, list[str]]:
    organism = state.campaign.question.organism
    known = (essential_names(workspace) or common_essentials(workspace)) if organism == "human" else frozenset()
    genes = sorted(known - set(taken))
    if not genes:
        helps = f" {act('fetch', ['essentials'])} gets those of man." if organism == "human" else ""
        none = library.guides.head(0).assign(gene="")
        return none, [f"No essential guides are ordered: no core essential genes of {organism} are known.{helps}"]
    # By the library's own names alone: hundreds of genes are at hand, and none of them is asked for by name.
    written = set(library.guides["listed"])
    there = guides_of(library, [gene for gene in genes if gene in written], workspace.store, organism)
    order = {gene: place for place, gene in enumerate(rng.permutation(genes))}
    wrong = [bool(faults_of(sequence, cloning)) for sequence in there.guides["sequence"]]
    best = there.guides.assign(wrong=wrong).sort_values(["gene", "wrong"], kind="stable")
    drawn = best.assign(turn=best.groupby("gene").cumcount(), drawn=best["gene"].map(order))
    drawn = drawn.sort_values(["wrong", "turn", "drawn"], kind="stable")
    return drawn.drop(columns=["wrong", "turn", "drawn"]).head(count), []
