"""The development suite: screens with known answers that methods are chosen by, beside the published benchmark."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.records import Question, Side
from db.screens.responses import contexts, responses_of
from tools.benchmarks.biodiscovery import GROUP, benchmark_target
from tools.genes.essentials import essential_names, fitness_genes
from tools.replays.replay import Text
from tools.replays.target import DIRECTION, ReplayTarget, any_fitness, lacking_lists, target_of_screen
from tools.screens.strength import strength
from tools.workspace import Workspace

SETS = "perturbqa-k562-set"
FEWEST_HITS = 30
"""With fewer hits a side's figures are noise."""
RULE = {"high": "estimate>0", "low": "estimate<0", "both": "|estimate|>0"}
VERB = {"high": "raises", "low": "lowers", "both": "changes"}


@dataclass(frozen=True)
class Member:
    """One part of the suite.

    Attributes:
        name: Its name in the figures.
        pack: The pack that brings it.
        screen: Name of the screen: of the store, or X of the benchmark's files.
        side: Side on which its hits lie; as the screen says where None.
        benchmark: Whether it is read from the benchmark's files.
    """

    name: str
    pack: str
    screen: str
    side: Side | None = None
    benchmark: bool = False


SCREENS = (
    Member("IFNG", "biodiscovery-ifng", "IFNG", benchmark=True),
    Member("IL2", "biodiscovery-il2", "IL2", benchmark=True),
    Member("Sanchez21_down", "biodiscovery-sanchez21-down", "Sanchez21_down", benchmark=True),
    Member("sanchez-tau, up", "genedisco", "sanchez-tau", side="high"),
    Member("zhu-sarscov2", "genedisco", "zhu-sarscov2"),
    Member("zhuang-nk", "genedisco", "zhuang-nk"),
    *(Member(f"freimer-{one}", "tcell-freimer", f"freimer-{one}") for one in ("il2", "il2ra", "ctla4")),
    *(
        Member(f"arce-il2ra-{one}", "tcell-arce", f"arce-il2ra-{one}")
        for one in ("resting-teff", "stimulated-teff", "resting-treg")
    ),
    Member("umhoefer-foxp3-teff", "tcell-umhoefer", "umhoefer-foxp3-teff"),
    *(Member(one, one, one) for one in ("haney-phagocytosis", "hagel-cart", "nmd-reporter", "tian-neuron-survival")),
    *(Member(f"hl60-{one}", "hl60", f"hl60-{one}") for one in ("differentiation", "migration")),
    Member("isg-sarscov2", "isg-sarscov2", "isg-sarscov2"),
)
"""Development screens only: the others of the benchmark are for whoever judges the methods."""


@dataclass(frozen=True)
class Suite:
    """What of the suite is at hand.

    Attributes:
        targets: The screens.
        missing: Name of what is not there → pack that brings it.
    """

    targets: tuple[ReplayTarget, ...]
    missing: dict[str, str]


def suite_targets(workspace: Workspace, text: Text) -> Suite:
    """The screens of the suite that were fetched.

    Args:
        workspace: Store and fetched packs.
        text: Which words stand for the question.

    Raises:
        NotFoundError: Nothing of the suite is there.
    """
    targets: list[ReplayTarget] = []
    missing: dict[str, str] = {}
    for member in SCREENS:
        try:
            targets.append(_member(workspace, member, text))
        except NotFoundError:
            missing[member.name] = member.pack
    sets = set_targets(workspace)
    if not sets:
        missing["K562 gene sets"] = SETS
    if not targets and not sets:
        packs = list(dict.fromkeys(missing.values()))
        raise NotFoundError("No screen of the development suite is at hand.", f"{act('fetch', packs)} brings them.")
    return Suite((*targets, *sets), missing)


def _member(workspace: Workspace, member: Member, text: Text) -> ReplayTarget:
    if member.benchmark:
        folder = workspace.paths.packs / GROUP
        essential = essential_names(workspace, folder) or frozenset()
        return benchmark_target(workspace, folder, member.screen, essential, text)
    return replace(target_of_screen(workspace, member.screen, text, member.side), name=member.name)


def set_targets(workspace: Workspace) -> list[ReplayTarget]:
    """The gene sets of K562 cells in the store as targets; see `targets_of_sets`.

    Args:
        workspace: The store.
    """
    context = next((one for one in contexts(workspace.store) if one.name == SETS), None)
    if context is None:
        return []
    rows = responses_of(workspace.store, SETS)
    question = Question(
        "", cell_type=context.cell_type, modality=context.modality, readout="sequencing of single cells",
        study=context.study or SETS,
    )  # fmt: skip
    essential = essential_names(workspace) or frozenset()
    lacking = lacking_lists(workspace, essential)
    found = targets_of_sets(rows, question, essential, fitness_genes(workspace))
    return [replace(target, missing=lacking) for target in found]


def targets_of_sets(
    responses: pd.DataFrame, question: Question, essential: frozenset[str], fitness: frozenset[str] = frozenset()
) -> list[ReplayTarget]:
    """Gene sets as phenotypes: which knockdowns raise, or lower, the expression of the set's genes.

    A perturbation's effect is +1 where the set goes up, −1 where it goes down, and 0 where it does not change. Hits lie
    on the rarer side, since most sets change under most knockdowns, and on both where either side is all but empty.

    Args:
        responses: Columns perturbation, readout (a set's name, perhaps with a number before it), de and up.
        question: What all sets have in common; each set's phenotype, direction, rule and text are put in.
        essential: Names of essential genes.
        fitness: Names of fitness genes.
    """
    rows = responses[responses["de"].notna()]
    targets = []
    for name, part in rows.groupby("readout", sort=True):
        label = re.sub(r"^\d+-", "", str(name))
        sign = part["up"].map({True: 1.0, False: -1.0}).astype(float).fillna(1.0)
        effects = (part["de"].astype(float) * sign).groupby(part["perturbation"]).mean().sort_index()
        side = _rarer_side(effects)
        asked = replace(
            question, phenotype=f"expression of genes of {label}", hit_rule=RULE[side], direction=DIRECTION[side],
            text=f"identify genes whose knockdown {VERB[side]} the expression of genes of {label}",
        )  # fmt: skip
        targets.append(ReplayTarget(f"K562 {name}", asked, _set_table(effects, side, essential, fitness)))
    return targets


def _rarer_side(effects: pd.Series[float]) -> Side:
    ups, downs = int((effects > 0).sum()), int((effects < 0).sum())
    if min(ups, downs) < FEWEST_HITS:
        return "both"
    return "high" if ups < downs else "low"


def _set_table(
    effects: pd.Series[float], side: Side, essential: frozenset[str], fitness: frozenset[str]
) -> pd.DataFrame:
    table = pd.DataFrame({"name": effects.index.astype(str), "effect": effects.to_numpy(float)}, index=effects.index)
    table["hit"] = strength(table["effect"], side) > 0
    table["essential"] = table.index.isin(essential)
    table["fitness"] = table["essential"] | any_fitness(table.index, fitness)
    table.index = pd.Index(table.index, dtype=object)
    return table.assign(fdr_low=np.nan, fdr_high=np.nan)
