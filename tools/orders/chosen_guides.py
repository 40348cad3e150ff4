"""The guides of an order: those of each nomination by rank, then those of the controls, each with its flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.records import Nomination, Round
from tools.campaigns.state import CampaignState
from tools.orders.cloning import Cloning
from tools.orders.controls import POSITIVE, DrawnControls, WantedControls, drawn_controls
from tools.orders.flags import faults_of, flags_of
from tools.orders.guide_library import GuideLibrary, guides_of
from tools.orders.sequences import gc_share
from tools.workspace import Workspace

NOMINATION = "nomination"
COLUMNS = (
    "rank", "perturbation", "gene", "kind", "guide", "sequence", "pam", "score", "gc", "flags", "hit_probability",
    "source_plate", "source_well", "line",
)  # fmt: skip


@dataclass(frozen=True)
class ChosenGuides:
    """The guides that are ordered.

    Attributes:
        guides: Columns `COLUMNS`, one row for each guide: nominations by rank, then controls by kind.
        without: Genes of nominations and positive controls of which the library has no guide.
        fewer: Gene → its guides, where they are fewer than were asked for.
        passed_over: Guides that others of their gene were preferred to, for a site or a terminator in them.
        notes: What a laboratory should know, a sentence each.
    """

    guides: pd.DataFrame
    without: tuple[str, ...]
    fewer: dict[str, int]
    passed_over: int
    notes: tuple[str, ...]


def chosen_guides(
    workspace: Workspace,
    state: CampaignState,
    one: Round,
    library: GuideLibrary,
    wanted: WantedControls,
    per_gene: int,
    cloning: Cloning,
    rng: np.random.Generator,
) -> ChosenGuides:
    """Chooses the guides of a round.

    A gene's guides are taken in the order of the library's score, or of its rows where it has none; those in which a
    site would arise, or that hold a terminator, come after its others.

    Args:
        workspace: The store.
        state: The campaign.
        one: The round.
        library: The library.
        wanted: The controls.
        per_gene: Guides for each gene.
        cloning: What stands around a guide, and the sites that must not arise.
        rng: Draws controls.
    """
    nominated = {gene: None for nomination in one.nominations for gene in nomination.target_genes}
    genes = list(dict.fromkeys([*nominated, *wanted.positive]))
    found = guides_of(library, genes, workspace.store, state.campaign.question.organism)
    best, passed_over = _best(found.guides, per_gene, cloning)
    controls = drawn_controls(wanted, library, workspace, state, genes, cloning, rng)
    rows = [_of_nominations(one.nominations, best)]
    positive = best[best["gene"].isin([gene for gene in wanted.positive if gene not in nominated])]
    rows += [positive.assign(kind=POSITIVE, perturbation=positive["gene"])]
    guides = _finished(pd.concat([*rows, _standing(controls)], ignore_index=True), cloning)
    counts = best["gene"].value_counts()
    without = tuple(gene for gene in genes if gene not in counts.index)
    fewer = {gene: int(counts[gene]) for gene in genes if gene in counts.index and counts[gene] < per_gene}
    pairs = sum(len(nomination.target_genes) > 1 for nomination in one.nominations)
    notes = (*found.renamed, *controls.notes, *_of_pairs(pairs))
    return ChosenGuides(guides, without, fewer, passed_over, notes)


def _best(guides: pd.DataFrame, per_gene: int, cloning: Cloning) -> tuple[pd.DataFrame, int]:
    """The best guides of each gene, and how many better-scored ones were passed over for what is wrong with them."""
    wrong = np.array([bool(faults_of(sequence, cloning)) for sequence in guides["sequence"]], dtype=bool)
    place = guides.groupby("gene").cumcount()
    ranked = guides.assign(wrong=wrong, place=place).sort_values(["gene", "wrong", "place"], kind="stable")
    taken = ranked[ranked.groupby("gene").cumcount() < per_gene]
    passed = wrong & (place < per_gene).to_numpy() & ~guides.index.isin(taken.index)
    return taken.drop(columns=["wrong", "place"]), int(passed.sum())


def _of_nominations(nominations: Sequence[Nomination], best: pd.DataFrame) -> pd.DataFrame:
    """The guides of each nomination by rank; of a pair those of its first gene, then those of its second."""
    names = ("rank", "perturbation", "gene", "hit_probability")
    genes = [
        (one.rank, one.perturbation, gene, one.hit_probability) for one in nominations for gene in one.target_genes
    ]
    return pd.DataFrame(genes, columns=list(names)).merge(best, on="gene").assign(kind=NOMINATION)


def _standing(controls: DrawnControls) -> pd.DataFrame:
    """Controls of which each guide stands for itself, or for its essential gene."""
    guides = controls.guides
    return guides.assign(perturbation=guides["gene"].where(guides["gene"] != "", guides["kind"]))


def _finished(frame: pd.DataFrame, cloning: Cloning) -> pd.DataFrame:
    for column in ("rank", "hit_probability"):
        if column not in frame:
            frame[column] = float("nan")
    frame["flags"] = flags_of(frame, cloning)
    frame["gc"] = [round(gc_share(sequence), 3) for sequence in frame["sequence"]]
    return frame.astype({"rank": "Int64", "line": "int64"})[list(COLUMNS)]


def _of_pairs(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{count:,} nominations are pairs: the guides of either gene are listed, not joined into one vector.",)
