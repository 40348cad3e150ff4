"""Smoothing over perturbations and readouts, stacked: the response predictor that is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import InvalidValueError
from tools.responses.annotation import PACKS, Annotation
from tools.responses.kernels import Coresponses, Floats, coresponses, cosine, cosines, mixed
from tools.responses.label_table import (
    MIXED,
    POWER,
    SINGLE_POWER,
    SINGLES,
    Context,
    Pairs,
    Places,
    ask,
    places,
    prepare,
)
from tools.responses.predictors._columns import VERSION as COLUMNS
from tools.responses.predictors._columns import evidence_columns
from tools.responses.predictors._stacker import Stack, fit_stack, logit
from tools.responses.predictors.base import Neighbour, TrainingResponses

FOLDS = 5
NO_SUPPORT = float("-inf")


class SmoothingStack:
    """Train labels smoothed over alike perturbations and alike readouts, combined by a calibrated stacker.

    Two genes are alike by the mean cosine, each over its 99th percentile, of GO processes, co-essentiality and two
    readings of STRING: k(p, q) = (mean over sources s of max(0, cos_s(p, q)) / u_s)^2.5 between perturbations, and the
    same to the power 1.5, h(r, t), between readouts. Two readouts are also alike where the same perturbations move
    them: c(r, t), the squared cosine of their smoothed labels (`tools.responses.kernels.coresponse`).

    Smoothing is kernel regression (Nadaraya 1964, Watson 1964) of what labels say beyond each readout's own rate. With
    M = 1 where the pair (q, t) has a train row, Y = 1 where it responds, b(t) = (Σ Y + 2 ȳ) / (Σ M + 2) the readout's
    shrunken rate and R = M (Y − b), the pair (p, r) gets, over perturbations alone and over readouts too,

    - vote(p, r) = Σ_q k(p, q) R(q, r) / (Σ_q k(p, q) M(q, r) + ½)
    - excess(p, r) = Σ_q,t k(p, q) R(q, t) g(t, r) / (Σ_q,t k(p, q) M(q, t) g(t, r) + 0.025 · l · readouts)

    with g = h, c of responses, or h + c of signs, each scaled to a mean of 1 over all pairs of readouts, and l = 1, or
    2 for the sum. For directions |S| and |S| (1[S > 0] − d) stand for M and R, with S the sign and d the shrunken rate
    of going up, and the last term below the line is ½ l. `_columns` has these and their variants. Further columns are
    the annotation shared by the pair's two genes, and, where other contexts are given, the same columns from their
    train rows with their labels for the very pair.

    The stack (Wolpert 1992) of the columns x, n × columns, is z = mean over folds of ½ (logit T(x) + logit L(x)), in
    log-odds, T gradient boosted trees (Friedman 2001) and L a logistic regression with an L2 penalty, each fitted
    without the fold on columns that whole perturbations were left out of; the probability is an isotonic function of z
    (Zadrozny and Elkan 2002), fitted on each row's z from the fold that did not see its perturbation (`_stacker`).
    """

    VERSION = ("smoothing_stack 1", *COLUMNS)
    needs = tuple(dict.fromkeys(PACKS.values()))

    def fit(
        self,
        responses: TrainingResponses,
        others: Sequence[TrainingResponses],
        annotation: Annotation,
        rng: np.random.Generator,
    ) -> FittedSmoothingStack:
        """Learns from train rows; see `tools.responses.predictors.base.ResponsePredictor`."""
        context = prepare(responses, annotation)
        count = len(context.perturbations)
        if count < 2 * FOLDS:
            raise InvalidValueError(
                f"{responses.name} has train rows of {count} perturbations only.",
                f"Give at least {2 * FOLDS}: whole perturbations are left out to learn how far to trust neighbours.",
            )
        known = [prepare(one, annotation) for one in others]
        known = [one for one in known if one.readouts.isin(context.readouts).any()]
        folds = rng.permutation(np.arange(count) % FOLDS)
        rows, readouts = np.nonzero(context.labels.known)
        names, columns = _out_of_fold(context, known, annotation, folds)
        responds = context.labels.responds[rows, readouts] > 0
        sign = context.labels.sign[rows, readouts]
        directed = responds & (sign != 0)
        de = fit_stack(columns, responds, folds[rows], "de")
        up = fit_stack(columns[directed], sign[directed] > 0, folds[rows[directed]], "dir")
        low, high = np.quantile(columns[:, names.index("support")], (1 / 3, 2 / 3))
        return FittedSmoothingStack(context, tuple(known), annotation, de, up, (float(low), float(high)))


class Known(NamedTuple):
    """What may be looked at.

    Attributes:
        train: Places of perturbations.
        between: How alike readouts answer, by their labels alone.
        alike: Source → cosine between asked perturbations and these.
    """

    train: Places
    between: Coresponses
    alike: Mapping[str, Floats]


@dataclass(frozen=True)
class FittedSmoothingStack:
    """What `SmoothingStack` learnt.

    Attributes:
        context: The context that is asked about.
        others: Other contexts that were learnt from.
        annotation: What is known of the genes.
        de: Stacker of responding.
        up: Stacker of going up.
        support_thirds: Support below which a third and two thirds of the train pairs lie, from other folds' rows.
    """

    context: Context
    others: tuple[Context, ...]
    annotation: Annotation
    de: Stack
    up: Stack
    support_thirds: tuple[float, float]

    @property
    def calibration_errors(self) -> dict[str, float]:
        """See `tools.responses.predictors.base.FittedResponsePredictor`."""
        return {"de": self.de.calibration_error, "up": self.up.calibration_error}

    def predict(self, pairs: pd.DataFrame, neighbours: int = 0) -> pd.DataFrame:
        """The answers; see `tools.responses.predictors.base.FittedResponsePredictor`."""
        seen = pairs["readout"].isin(self.context.readouts).to_numpy()
        answers = self._unseen(pairs.index)
        if seen.any():
            asked = ask(pairs[seen], self.annotation)
            everyone = np.arange(len(self.context.perturbations))
            known = Known(everyone, self.context.between, cosines(asked.rows, self.context.perturbed))
            columns = _columns(self.context, self.others, asked, known)
            table = _matrix(columns)
            for task, stack in (("de", self.de), ("up", self.up)):
                score, probability = stack.predict(table)
                answers.loc[seen, f"score_{task}"] = score
                answers.loc[seen, f"probability_{task}"] = probability
            alone = _alone(self.context, self.others, asked, known)[asked.perturbation]
            answers.loc[seen, "support"] = np.where(alone, NO_SUPPORT, columns["support"].astype(float))
            if neighbours:
                answers["neighbours"] = _spoken(answers["neighbours"], seen, self._neighbours(asked, neighbours))
        return answers

    def _unseen(self, index: pd.Index) -> pd.DataFrame:
        """Answers on readouts without a train row: the shares over all readouts, and no support."""
        answers = pd.DataFrame(index=index)
        for task, stack in (("de", self.de), ("up", self.up)):
            answers[f"probability_{task}"] = stack.base
            answers[f"score_{task}"] = float(logit(np.array(stack.base)))
        answers["support"] = NO_SUPPORT
        answers["neighbours"] = pd.Series([()] * len(index), index=index, dtype=object)
        return answers

    def _neighbours(self, asked: Pairs, count: int) -> list[tuple[Neighbour, ...]]:
        """The weightiest labelled train pairs: kernel of perturbations × kernel of readouts, scaled to at most one."""
        context = self.context
        kernel = mixed(cosines(asked.rows, context.perturbed), context.units, MIXED, POWER)
        mean = float(context.between.by_sign.sum()) / len(context.readouts) ** 2 or 1.0
        level = float(context.readout_kernel.mean()) or 1.0
        found = []
        for row, readout in zip(asked.perturbation, places(context.readouts, asked.readout), strict=True):
            alike = context.readout_kernel[readout] / level
            own = np.flatnonzero(context.between.live == readout)
            if len(own):
                alike[context.between.live] += context.between.by_sign[own[0]] / mean
            found.append(self._weightiest(kernel[row], alike / (alike.max() or 1), count))
        return found

    def _weightiest(self, near: Floats, alike: Floats, count: int) -> tuple[Neighbour, ...]:
        labels, names = self.context.labels, self.context
        weight = near[:, None] * alike[None, :] * labels.known
        order = np.argsort(-weight, axis=None, kind="stable")[:count]
        rows, columns = np.unravel_index(order, weight.shape)
        return tuple(
            Neighbour(
                str(names.perturbations[p]), str(names.readouts[r]), bool(labels.responds[p, r]), float(weight[p, r])
            )
            for p, r in zip(rows, columns, strict=True)
            if weight[p, r] > 0
        )


def _alone(context: Context, others: Sequence[Context], asked: Pairs, known: Known) -> npt.NDArray[np.bool_]:
    """Which asked perturbations are like none that was measured, here or elsewhere: only readouts' own rates remain."""
    likest = mixed(known.alike, context.units, MIXED, POWER).max(axis=1)
    elsewhere = np.zeros(len(likest), dtype=bool)
    for other in others:
        kernel = mixed(cosines(asked.rows, other.perturbed), other.units, MIXED, POWER)
        likest = np.maximum(likest, kernel.max(axis=1))
        elsewhere |= asked.names.isin(other.perturbations)
    return np.asarray((likest <= 0) & ~elsewhere, dtype=bool)


def _spoken(empty: pd.Series, seen: npt.NDArray[np.bool_], found: Sequence[tuple[Neighbour, ...]]) -> pd.Series:
    values = empty.to_list()
    for place, one in zip(np.flatnonzero(seen), found, strict=True):
        values[place] = one
    return pd.Series(values, index=empty.index, dtype=object)


def _out_of_fold(
    context: Context, others: Sequence[Context], annotation: Annotation, folds: npt.NDArray[np.int64]
) -> tuple[list[str], Floats]:
    """Names and values of every train row's columns (in the order of ``nonzero``), from the other folds alone."""
    rows, readouts = np.nonzero(context.labels.known)
    table, names = np.zeros((len(rows), 0), dtype=np.float32), list[str]()
    for fold in range(FOLDS):
        out = folds[rows] == fold
        asked = ask(
            pd.DataFrame(
                {"perturbation": context.perturbations[rows[out]], "readout": context.readouts[readouts[out]]}
            ),
            annotation,
        )
        train, own = np.flatnonzero(folds != fold), context.perturbations.get_indexer(asked.names)
        alike = {source: kernel[np.ix_(own, train)] for source, kernel in context.alike.items()}
        labels = context.labels.of(train)
        between = coresponses(context.kernel[np.ix_(train, train)], labels.sign, labels.responds)
        part = _columns(context, others, asked, Known(train, between, alike))
        if not names:
            names, table = list(part), np.zeros((len(rows), len(part)), dtype=np.float32)
        table[out] = _matrix(part)
    return names, table


def _matrix(columns: dict[str, Floats]) -> Floats:
    return np.column_stack([np.asarray(values, dtype=np.float32) for values in columns.values()])


def _columns(
    context: Context,
    others: Sequence[Context],
    asked: Pairs,
    known: Known,
) -> dict[str, Floats]:
    """All columns of the asked pairs; only the labels of the perturbations in `known` are looked at."""
    at = (asked.perturbation, places(context.readouts, asked.readout))
    train, alike = known.train, known.alike
    singles = {
        source: (alike[source] / np.float32(context.units[source])) ** np.float32(SINGLE_POWER)
        for source in SINGLES
        if source in alike
    }
    columns = evidence_columns(
        mixed(alike, context.units, MIXED, POWER), singles, known.between,
        context.labels.of(train), context.readout_kernel, at,
    )  # fmt: skip
    return columns | _shared(context, asked, at) | _elsewhere(others, asked)


def _shared(context: Context, asked: Pairs, at: tuple[Places, Places]) -> dict[str, Floats]:
    """Annotation that perturbed gene and readout have in common, by source, and their STRING edge."""
    found = {f"shared_{source}": cosine(rows, context.read[source])[at] for source, rows in asked.rows.items()}
    return found | {"edge": (asked.link @ context.read_genes.T).toarray()[at]}


def _elsewhere(others: Sequence[Context], asked: Pairs) -> dict[str, Floats]:
    """The columns that other contexts give, NaN where a readout is not theirs, and their labels for the very pair."""
    columns: dict[str, Floats] = {}
    for other in others:
        readout = places(other.readouts, asked.readout)
        held = readout >= 0
        kernel = mixed(cosines(asked.rows, other.perturbed), other.units, MIXED, POWER)
        at = (asked.perturbation[held], readout[held])
        found = evidence_columns(kernel, {}, other.between, other.labels, other.readout_kernel, at)
        columns |= {f"{other.name}:{name}": _scattered(values, held) for name, values in found.items()}
        columns |= {f"{other.name}:{name}": values for name, values in _very_pair(other, asked, readout).items()}
    return columns


def _scattered(values: Floats, held: npt.NDArray[np.bool_]) -> Floats:
    full = np.full(len(held), np.nan, dtype=np.float32)
    full[held] = values
    return full


def _very_pair(other: Context, asked: Pairs, readout: Places) -> dict[str, Floats]:
    """Whether the same pair responds in another context and which way, NaN where that is not known."""
    row = places(other.perturbations, asked.names.to_numpy(object))[asked.perturbation]
    both = (row >= 0) & (readout >= 0)
    known, responds, sign = (
        np.where(both, matrix[row, readout], 0)
        for matrix in (other.labels.known, other.labels.responds, other.labels.sign)
    )
    return {
        "label": np.where(known > 0, responds, np.nan),
        "sign": np.where(sign != 0, sign, np.nan),
        "seen": (row >= 0).astype(np.float32),
    }


METHOD = SmoothingStack
