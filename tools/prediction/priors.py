"""Which screens may serve as priors: each experiment once, nothing that leaks, and in a replay no copy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.genes.perturbation_names import are_pairs, plain
from db.records import Question, Relation, Screen, relation
from db.view import View
from tools.prediction.likeness import same_experiment
from tools.prediction.records import Priors
from tools.screens.strength import VERSION as STRENGTH
from tools.screens.strength import mean_ranks, quantile_ranks, strength

VERSION = ("priors 2", *STRENGTH)
Vector = npt.NDArray[np.floating[Any]]

LEAK_SPEARMAN = 0.3
"""Copies of one experiment correlate by .49 and more, siblings by .08 to .20, all others by .11 at most."""
LEAK_SHARED = 300
"""A rank correlation over fewer genes says too little."""
SAME_SHARED = 20
"""So many equal numbers do not come about by chance."""


@dataclass(frozen=True)
class PriorUse:
    """A screen that served as a prior.

    Attributes:
        screen: Name of the screen.
        relation: How it stands to the question.
        spearman: Rank correlation with what is known of the target's effects; None below 300 shared genes.
    """

    screen: str
    relation: Relation
    spearman: float | None


@dataclass(frozen=True)
class Excluded:
    """A screen that was not used as a prior.

    Attributes:
        screen: Name of the screen.
        why: The reason in a few words.
    """

    screen: str
    why: str


@dataclass(frozen=True)
class PriorChoice:
    """The priors of one question.

    Attributes:
        view: A view that sees the priors and no other screen.
        priors: The screens and their effects.
        used: The screens, by falling absolute correlation with the target.
        excluded: The screens that were visible and may not be used, by name.
    """

    view: View
    priors: Priors
    used: tuple[PriorUse, ...]
    excluded: tuple[Excluded, ...]


def strength_ranks(priors: Priors) -> pd.DataFrame:
    """Quantile of each gene's strength within each prior contrast, on the side of that contrast's screen.

    Args:
        priors: Visible effects of other screens.

    Returns:
        Frame of shape (genes, contrasts) in [0, 1], columns the contrast ids, NaN where a screen did not measure the
        gene; perturbations of two genes are left out.
    """
    sides = {screen.id: screen.side for screen in priors.screens}
    codes, everything = pd.Index(priors.effects["perturbation"], dtype=object).factorize(sort=True)
    estimates = priors.effects["estimate"].to_numpy(float)
    single = ~are_pairs(everything)
    ranks = np.full((len(everything), priors.effects["contrast_id"].nunique()), np.nan)
    contrasts = []
    for column, ((screen_id, contrast_id), rows) in enumerate(_rows_of_contrasts(priors)):
        # A row that was drawn twice counts once: it is one measurement.
        genes, first = np.unique(codes[rows], return_index=True)
        genes, first = genes[single[genes]], first[single[genes]]
        strengths = strength(pd.Series(estimates[rows][first]), sides[screen_id])
        ranks[genes, column] = quantile_ranks(strengths)
        contrasts.append(contrast_id)
    return pd.DataFrame(ranks[single], everything[single], contrasts) if contrasts else pd.DataFrame(dtype=float)


def _rows_of_contrasts(priors: Priors) -> list[tuple[tuple[int, int], npt.NDArray[np.intp]]]:
    """Screen and contrast → positions of their rows, in the order of the screens."""
    keys = priors.effects[["screen_id", "contrast_id"]]
    places = pd.Series(np.arange(len(keys)), index=keys.index)
    found = []
    for (screen, contrast), rows in places.groupby([keys["screen_id"], keys["contrast_id"]], sort=True):
        found.append(((int(str(screen)), int(str(contrast))), rows.to_numpy(np.intp)))
    return found


def contrasts_of(ranks: pd.DataFrame) -> list[int]:
    """The contrast ids that are the columns of a table of ranks.

    Args:
        ranks: As `strength_ranks` gives.
    """
    return [int(str(column)) for column in ranks.columns]


def study_of_contrasts(priors: Priors) -> dict[int, str]:
    """Contrast id → study; a screen whose study is not declared stands for itself.

    Args:
        priors: Visible effects of other screens.
    """
    names = {screen.id: screen.study.casefold() or f"screen {screen.id}" for screen in priors.screens}
    pairs = priors.effects[["contrast_id", "screen_id"]].drop_duplicates()
    return {int(contrast): names[screen] for contrast, screen in pairs.itertuples(index=False)}


def spearman(a: pd.Series[float], b: pd.Series[float]) -> float | None:
    """Spearman's rank correlation over the shared names, or None where fewer than `LEAK_SHARED` are shared.

    Args:
        a: Numbers by unique name.
        b: Numbers by unique name.
    """
    shared = a.index.intersection(b.index)
    return _rank_correlation(a.loc[shared].to_numpy(float), b.loc[shared].to_numpy(float))


def _rank_correlation(a: Vector, b: Vector) -> float | None:
    """Spearman's rank correlation of numbers side by side, or None where they are fewer than `LEAK_SHARED`."""
    if len(a) < LEAK_SHARED:
        return None
    left, right = mean_ranks(a), mean_ranks(b)
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(np.corrcoef(left, right)[0, 1])


def relation_to_question(question: Question, screen: Screen) -> Relation:
    """How a screen stands to a question; what one of them leaves blank never makes a copy pass for a sibling.

    Args:
        question: What is looked for.
        screen: A screen.
    """
    found = relation(question, screen)
    if found != "sibling":
        return found
    pairs = (
        (question.phenotype, screen.phenotype),
        (question.cell_type, screen.cell_type),
        (question.modality, screen.modality),
    )
    alike = all(not x or not y or x.strip().casefold() == y.strip().casefold() for x, y in pairs)
    return "copy" if alike else "sibling"


def siblings_among(screens: Sequence[Screen], question: Question) -> tuple[Screen, ...]:
    """The screens of the question's own study that asked about another phenotype, in their order.

    Args:
        screens: Screens, such as those that serve as priors.
        question: What is looked for.
    """
    return tuple(screen for screen in screens if relation_to_question(question, screen) == "sibling")


def choose_priors(
    view: View,
    question: Question,
    *,
    siblings: bool = False,
    replay: bool = False,
    known: pd.Series[float] | None = None,
    readable: Collection[str] = (),
) -> PriorChoice:
    """Sorts the visible screens into priors and others.

    Of the copies of one experiment that measured the same genes one stands for all (`same_experiment`); a screen that
    holds the very measurements that are known already would count them twice. In a campaign of one's own, copies of its
    screen (another donor, an earlier repeat) and siblings are earlier measurements like any other. In a replay, where
    they would tell the answers, copies are refused, and siblings unless they are asked for; so is a screen whose study
    is not declared, and any whose effects correlate with the target's by more than `LEAK_SPEARMAN` in either sign, or
    whose absolute effects do: a copy may have lost its signs.

    Args:
        view: What may be seen at all.
        question: What is looked for.
        siblings: Whether other phenotypes of the same study may serve in a replay.
        replay: Whether the target's results are known and only hidden.
        known: Effects of the target that are known (in a replay all of them), by perturbation, as the view calls them.
        readable: Organisms besides the question's own whose genes the view writes in the same terms.
    """
    with view.at_once():
        screens, effects = view.screens(), view.effects()
    sizes = {int(str(i)): int(size) for i, size in effects.groupby("screen_id")["perturbation"].nunique().items()}
    known = pd.Series(dtype=float) if known is None else known
    by_screen = _over(known, effects)
    rho = {s.id: _rank_correlation(*by_screen[s.id]) if s.id in by_screen else None for s in screens}
    relations = {s.id: relation_to_question(question, s) for s in screens}
    why = {s.id: _refusal(s, question, relations[s.id], readable, siblings=siblings, replay=replay) for s in screens}
    alike = {s.id: _leak(*by_screen[s.id], rho[s.id], replay=replay) for s in screens if s.id in by_screen}
    why.update({i: reason for i, reason in alike.items() if reason and not why[i]})
    why.update({s.id: "it has no combined effects" for s in screens if s.id not in sizes})
    allowed = [s for s in screens if not why[s.id]]
    copies = [one for one in allowed if any(one.relation_to(other) == "copy" for other in allowed if other is not one)]
    rows = effects[effects["screen_id"].isin([one.id for one in copies])]
    genes = {int(str(i)): frozenset(plain(names)) for i, names in rows.groupby("screen_id")["perturbation"]}
    for double, kept in same_experiment(copies, genes, question).items():
        why[double] = f"the same experiment as {kept}, which is used"
    for part, whole in _parts(view, [screen for screen in screens if not why[screen.id]]).items():
        why[part] = f"part of {whole}, which was merged from it and is used"
    used = tuple(screen for screen in screens if not why[screen.id])
    ids = {screen.id for screen in used}
    uses = [PriorUse(s.name, relations[s.id], rho[s.id]) for s in used]
    return PriorChoice(
        view=view.hiding([s.id for s in screens if s.id not in ids]),
        priors=Priors(used, effects[effects["screen_id"].isin(ids)].reset_index(drop=True)),
        used=tuple(sorted(uses, key=lambda use: (-abs(use.spearman or 0.0), use.screen))),
        excluded=tuple(Excluded(s.name, why[s.id]) for s in screens if why[s.id]),
    )


def _parts(view: View, allowed: Sequence[Screen]) -> dict[int, str]:
    """Screens whose measurements another one holds that is allowed too → its name."""
    names = {screen.id: screen.name for screen in allowed}
    merged = {whole: parts for whole, parts in view.parts_of_merged().items() if whole in names}
    return {part: names[whole] for whole, parts in sorted(merged.items()) for part in sorted(parts) if part in names}


def _over(known: pd.Series[float], effects: pd.DataFrame) -> dict[int, tuple[Vector, Vector]]:
    """Screen → the known effects of the perturbations that it measured too, and its own, means over contrasts."""
    places = known.index.get_indexer(pd.Index(effects["perturbation"], dtype=object))
    screens, ids = pd.factorize(effects["screen_id"], sort=True)
    there = places >= 0
    pairs, one = np.unique(screens[there] * max(len(known), 1) + places[there], return_inverse=True)
    means = np.bincount(one, effects["estimate"].to_numpy(float)[there], len(pairs)) / np.bincount(one)
    screen, place = np.divmod(pairs, max(len(known), 1))
    values = known.to_numpy(float)
    return {int(ids[i]): (values[place[screen == i]], means[screen == i]) for i in np.unique(screen)}


def _refusal(
    screen: Screen, question: Question, stands: Relation, readable: Collection[str], *, siblings: bool, replay: bool
) -> str:
    """Why the screen may not be a prior; empty where it may."""
    if screen.organism != question.organism and screen.organism not in readable:
        return (
            f"it is a {screen.organism} screen, the question is about {question.organism} cells, and the store has no"
            " one-to-one orthologs of both"
        )
    if replay and stands == "copy":
        return "a copy: the same study, phenotype, cell type and modality"
    if replay and stands == "sibling" and not siblings:
        return "a sibling: another phenotype of the same study (--siblings lets it in)"
    if replay and not screen.study:
        return "its study is not declared, so it could be a copy (declare it: screen add --study)"
    return ""


def _leak(known: Vector, effects: Vector, rho: float | None, *, replay: bool) -> str:
    """Why effects, of rank correlation `rho` with those that are known, tell too much of them; empty if they do not."""
    if replay and rho is not None and abs(rho) > LEAK_SPEARMAN:
        return f"it looks like a copy: its effects correlate with the target's by Spearman {rho:+.2f}"
    unsigned = _rank_correlation(np.abs(known), np.abs(effects)) if replay else None
    if unsigned is not None and unsigned > LEAK_SPEARMAN:
        return f"it looks like a copy: its absolute effects correlate with the target's by Spearman {unsigned:+.2f}"
    return "it holds the same measurements as the results so far" if _same_numbers(known, effects) else ""


def same_measurements(known: pd.Series[float], effects: pd.Series[float]) -> bool:
    """Whether a screen holds the very numbers that are known already, whatever their signs.

    Args:
        known: Effects by perturbation.
        effects: Those of the screen, likewise.
    """
    shared = known.index.intersection(effects.index)
    return _same_numbers(known.loc[shared].to_numpy(float), effects.loc[shared].to_numpy(float))


def _same_numbers(a: Vector, b: Vector) -> bool:
    return len(a) >= SAME_SHARED and bool(np.allclose(np.abs(a), np.abs(b), rtol=1e-6))
