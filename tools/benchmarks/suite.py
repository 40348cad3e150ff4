"""The development suite, played: methods are compared in pairs on the same seeds of the same screens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from db.errors import NotFoundError
from tools import registry
from tools.benchmarks.suite_screens import suite_targets
from tools.prediction.computed_list import DEFAULT_ACQUISITION, DEFAULT_PREDICTOR
from tools.replays.figures_of_seeds import OWN
from tools.replays.pools import has_hits
from tools.replays.replay import Pool, ReplayReport, ScreenReport, Text, play_targets
from tools.replays.target import ReplayTarget
from tools.workspace import Workspace

DRAWS = 10_000
LEVEL = 0.9
AT_ONCE = 4
"""Screens whose features are held in memory together."""
CONTROLS = (
    "depmap_order", "recurrence", "nearest_screen", "question_only", "prior_only", "permuted_feedback",
    "random_embeddings",
)  # fmt: skip


@dataclass(frozen=True)
class Gain:
    """How far one method is ahead of another, in log enrichment over random at the same budget.

    Attributes:
        method: The one.
        over: The other.
        mean: Mean over studies of the mean over a study's screens.
        low: Lower bound of the mean when studies are drawn with replacement.
        high: Upper bound of it.
        level: Share of the draws between the two.
        studies: Number of studies.
        screens: Screen → gain, mean over seeds.
        losses: Screens where the method loses by more than one standard error.
    """

    method: str
    over: str
    mean: float
    low: float
    high: float
    level: float
    studies: int
    screens: Mapping[str, float]
    losses: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        numbers = {name: _plain(getattr(self, name)) for name in ("mean", "low", "high", "level")}
        return {
            "method": self.method, "over": self.over, **numbers, "studies": self.studies,
            "screens": {name: _plain(value) for name, value in self.screens.items()}, "losses": list(self.losses),
        }  # fmt: skip


@dataclass(frozen=True)
class SuiteReport(ReplayReport):
    """The figures of the first method on every screen, and what each comparison says.

    Attributes:
        gains: One for each other method.
        missing: Screen that is not at hand → pack that brings it.
        left_out: Screens without any hit in the pool.
    """

    gains: tuple[Gain, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The keys of ``benchmark suite --json``."""
        compared = {"gains": [one.to_json() for one in self.gains]}
        return {**super().to_json(), **compared, "missing": dict(self.missing), "left_out": list(self.left_out)}


def benchmark_suite(
    workspace: Workspace,
    predictors: Sequence[str] = (DEFAULT_PREDICTOR,),
    *,
    screens: Sequence[str] | None = None,
    rounds: int = 5,
    seeds: int = 3,
    pool: Pool = "specific",
    siblings: bool = False,
    text: Text = "json",
    reveal_hits: bool = True,
    acquisition: str = DEFAULT_ACQUISITION,
    workers: int | None = None,
) -> SuiteReport:
    """Plays the development suite and compares methods in pairs: on the same seeds of the same screens.

    The first predictor is compared with the order of mean DepMap effects, with recurrence (genes by the number of other
    studies where they were hits), with the strongest genes of the screen most alike to the question, with the question
    alone, with its own first ranking taken for all rounds, with itself on permuted feedback and on random embeddings,
    and with every further predictor. Gains are in log enrichment: of specific hits in the pool of them, of
    non-essential ones in the others. A gain counts when its lower bound over studies is above zero and no screen loses
    by more than one standard error. Which chosen genes are hits is revealed after each round, as a campaign's declared
    hit rule tells, which bears on probabilities and hardly on the ranking; trust is to be read in both settings.

    Args:
        workspace: Store and fetched packs; what is not there is named.
        predictors: Names of predictors; the first is the one that is compared with all others.
        screens: Names of suite screens, to play these alone; all where None.
        rounds: Number of rounds.
        seeds: Number of seeds: each a random 90 % of the library, bootstrapped priors and random ties.
        pool: ``specific``, ``nonessential`` or ``all``, as in `tools.replays.replay.replay`. A screen that has no hit
            in it is left out and named.
        siblings: Whether other phenotypes of the same study may be priors.
        text: ``json`` for the words that came with the files, ``described`` for a line on cells and assay.
        reveal_hits: Whether it is revealed which chosen genes are hits; else their effects alone are, and hits are
            guessed by a threshold.
        acquisition: Name of the acquisition.
        workers: Processes; where None one for each processor.

    Raises:
        NotFoundError: Nothing of the suite was fetched, or there is no such predictor or screen.
        InvalidValueError: A number makes no sense, or the pool's list of genes is not at hand.
    """
    for name in predictors:
        registry.load("predictors", name)
    suite = suite_targets(workspace, text)
    asked = suite.targets if screens is None else _named(suite.targets, screens)
    targets = [target for target in asked if has_hits(target, pool)] or asked
    played: dict[str, list[ScreenReport]] = {}
    setting: Mapping[str, Any] = {}
    for number, predictor in enumerate(predictors):
        played[predictor] = []
        for first in range(0, len(targets), AT_ONCE):
            report = play_targets(
                workspace, targets[first : first + AT_ONCE], rounds=rounds, size=None, seeds=seeds, pool=pool,
                siblings=siblings, text=text, predictor=predictor, acquisition=acquisition, controls=number == 0,
                reveal_hits=reveal_hits, workers=workers,
            )  # fmt: skip
            played[predictor] += report.screens
            setting = report.setting
    head, *others = predictors
    pairs = [(name, {one.name: one.enrichments[name] for one in played[head]}) for name in CONTROLS]
    pairs += [(name, _own(played[name])) for name in others]
    studies = {one.name: one.study for one in played[head]}
    gains = [compare(head, _own(played[head]), name, theirs, studies) for name, theirs in pairs]
    here = {target.name for target in targets}
    left_out = tuple(target.name for target in asked if target.name not in here)
    return SuiteReport({**setting, "predictor": head}, tuple(played[head]), tuple(gains), suite.missing, left_out)


def _own(reports: Sequence[ScreenReport]) -> dict[str, tuple[float, ...]]:
    return {one.name: one.enrichments[OWN] for one in reports}


def _named(targets: Sequence[ReplayTarget], names: Sequence[str]) -> list[ReplayTarget]:
    known = {one.name.casefold(): one for one in targets}
    for name in names:
        if name.casefold() not in known:
            raise NotFoundError(f"The suite has no screen {name!r} at hand.", f"There are: {', '.join(known)}.")
    return [known[name.casefold()] for name in dict.fromkeys(names)]


def compare(
    method: str,
    own: Mapping[str, Sequence[float]],
    other: str,
    theirs: Mapping[str, Sequence[float]],
    studies: Mapping[str, str],
) -> Gain:
    """One method against another, in pairs: the same seeds of the same screens.

    A screen's gain is the mean over seeds of the difference, a study's the mean over its screens, and the mean is that
    over studies, so that no study counts more for having many screens. The bounds are those of the mean when studies
    are drawn with replacement (the bootstrap of Efron 1979, percentiles). A screen is lost where its gain lies below
    minus one standard error over its seeds.

    Args:
        method: Name of the one.
        own: Screen → its log enrichment, seed by seed.
        other: Name of the other.
        theirs: The other's, on the same seeds; screens where it is NaN are left out.
        studies: Screen → study; a screen without a study stands for itself.
    """
    pairs = {name: np.subtract(own[name], theirs[name]) for name in own if np.isfinite(theirs[name]).all()}
    gains = {name: float(one.mean()) for name, one in pairs.items()}
    errors = {
        name: float(one.std(ddof=1)) / math.sqrt(len(one)) if len(one) > 1 else 0.0 for name, one in pairs.items()
    }
    by_study: dict[str, list[float]] = {}
    for name, gain in gains.items():
        by_study.setdefault(studies[name] or name, []).append(gain)
    means = np.array([np.mean(one) for _, one in sorted(by_study.items())])
    low, high = _bootstrap(means)
    return Gain(
        method, other, float(means.mean()) if len(means) else math.nan, low, high, LEVEL, len(means), gains,
        tuple(sorted(name for name, gain in gains.items() if gain < -errors[name])),
    )  # fmt: skip


def _bootstrap(means: npt.NDArray[np.float64]) -> tuple[float, float]:
    if not len(means):
        return math.nan, math.nan
    # A seed of its own: the bounds are the same whatever else was drawn.
    drawn = np.random.default_rng(0).integers(len(means), size=(DRAWS, len(means)))
    low, high = np.quantile(means[drawn].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _plain(value: float) -> float | None:
    return None if not math.isfinite(value) else round(float(value), 6)
