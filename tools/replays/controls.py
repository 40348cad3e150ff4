"""The controls of a replay: what simpler rankings reach with the same budget."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tools.prediction.acquisitions.base import shortlist
from tools.prediction.likeness import likeness
from tools.prediction.predictors.base import Predictor
from tools.prediction.priors import contrasts_of, siblings_among, strength_ranks, study_of_contrasts
from tools.prediction.records import Priors
from tools.prediction.recurrence import hits_in_studies
from tools.prediction.regression import EMBEDDINGS
from tools.replays.course import Course, Step, play

NAMES = (
    "random", "essential_only", "depmap_order", "nearest_screen", "question_only", "recurrence", "prior_only",
    "permuted_feedback", "random_embeddings",
)  # fmt: skip
NEEDS: Mapping[str, tuple[str, ...]] = {
    "depmap_order": ("depmap",),
    "nearest_screen": ("genedisco",),
    "question_only": ("hgnc", "pathways", "string"),
    "recurrence": ("genedisco",),
    "prior_only": ("genedisco",),
    "random_embeddings": ("pathways", "gobp", "string", "hgnc"),
}
"""Control → packs that would bring what it ranks by, where it had nothing to rank by."""
WITH_SIBLINGS = "sibling_ranking"
WITH_JUDGE = ("without_grades", "masked_names")


def essential_only(course: Course) -> list[str] | None:
    """Essential genes first, in a seeded order."""
    if not course.library["essential"].any():
        return None
    return shortlist(course.library["essential"].astype(float), course.budget, course.stream(7))


def depmap_order(course: Course) -> list[str] | None:
    """Genes by their mean DepMap effect, the most negative first: it knows neither question nor result.

    Genes without one come last, in a seeded order.

    Args:
        course: The campaign.
    """
    frame = course.features.get("essentiality")
    if frame is None or "depmap_effect" not in frame:
        return None
    return _by(-frame["depmap_effect"], course, 10)


def nearest_screen(course: Course, priors: Priors) -> list[str] | None:
    """Genes by the size of their effect in the prior screen most alike to the question, the first by name of several.

    Genes that it did not measure come last, in a seeded order.

    Args:
        course: The campaign.
        priors: Effects of other screens, all rows.
    """
    alike = sorted(priors.screens, key=lambda one: (-likeness(course.question, one), one.name))
    if not alike:
        return None
    rows = priors.effects[priors.effects["screen_id"] == alike[0].id]
    return _by(rows.groupby("perturbation")["estimate"].mean().abs(), course, 11)


def question_only(course: Course) -> list[str] | None:
    """Genes by how near they lie to what the question names, and nothing else.

    Args:
        course: The campaign.
    """
    frame = course.features.get("question_match")
    return None if frame is None or frame.empty else _by(frame.iloc[:, 0], course, 12)


def _by(values: pd.Series[float], course: Course, purpose: int) -> list[str] | None:
    """The candidates of highest value; those without one last, all ties in a seeded order of the names.

    Args:
        values: By perturbation.
        course: The campaign.
        purpose: Of the random numbers that break ties.
    """
    known = values.reindex(course.library.index)
    if known.isna().all():
        return None
    return shortlist(known.fillna(known.min() - 1.0), course.budget, course.stream(purpose))


def recurrence_only(course: Course, priors: Priors) -> list[str] | None:
    """Genes by the number of other studies in which they were a hit.

    Args:
        course: The campaign.
        priors: Effects of other screens, all rows.
    """
    ranks = strength_ranks(priors)
    if ranks.empty:
        return None
    studies = study_of_contrasts(priors)
    counted = hits_in_studies(ranks, [studies[contrast] for contrast in contrasts_of(ranks)])
    return shortlist(counted.reindex(course.library.index).fillna(0.0), course.budget, course.stream(8))


def prior_only(course: Course, steps: list[Step]) -> list[str] | None:
    """The ranking of the first round, taken for the whole budget.

    Args:
        course: The campaign.
        steps: The rounds as they were played; before the first one nothing is revealed.
    """
    if not course.priors.screens or not steps:
        return None
    return list(steps[0].ranking.picks(course.budget))


def random_embeddings(course: Course, predictor: Predictor) -> list[str] | None:
    """The same predictor with normal noise in place of the embeddings, gene by gene and column by column.

    Args:
        course: The campaign.
        predictor: A fresh one, since it must learn its prior from the noise too.
    """
    present = [name for name in EMBEDDINGS if name in course.features]
    if not present:
        return None
    rng = course.stream(9)
    frames = {
        name: _noise_like(frame, rng) if name in present else frame for name, frame in sorted(course.features.items())
    }
    return [name for step in play(course, predictor, features=frames) for name in step.picks]


def _noise_like(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Normal noise of the same shape and column variances."""
    noise = rng.standard_normal(frame.shape) * frame.std(axis=0).to_numpy(float)
    return pd.DataFrame(noise, index=frame.index, columns=frame.columns)


def sibling_ranking(course: Course, priors: Priors) -> list[str] | None:
    """The strongest genes of the target's sibling screens, by mean quantile of strength.

    Args:
        course: The campaign.
        priors: Effects of other screens, siblings included, all rows.
    """
    siblings = siblings_among(priors.screens, course.question)
    ids = {screen.id for screen in siblings}
    ranks = strength_ranks(Priors(siblings, priors.effects[priors.effects["screen_id"].isin(ids)]))
    if ranks.empty:
        return None
    return shortlist(ranks.mean(axis=1).reindex(course.library.index).fillna(0.0), course.budget, course.stream(8))
