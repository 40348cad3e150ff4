"""Rows of other perturbations that speak to a question: of the same readout, and of readouts that are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from db.genes.perturbation_names import genes_in
from tools.responses.annotation import Annotation
from tools.responses.kernels import Floats, cosines, mixed
from tools.responses.label_table import MIXED, POWER, Context, Pairs, Places, places
from tools.responses.label_table import VERSION as LABEL_TABLE

VERSION = ("retrieval 1", *LABEL_TABLE)
Task = Literal["de", "dir"]
GRAPH = ("string",)
"""What is close in the graph: STRING, two steps wide."""
CHUNK = 4_000
_Labels = tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"""Which pairs have a label, and which are positive, perturbations × readouts."""


@dataclass(frozen=True)
class Retrieval:
    """How rows are looked for.

    Attributes:
        closeness: ``kernel``, the response predictor's own likeness of perturbations, or ``graph``, neighbours in
            STRING, as the paper has it.
        same: Rows of the same readout in one draw, at most; half of them positive.
        near: Rows of alike readouts under alike perturbations in one draw, at most; half of them positive.
        draws: How often rows are drawn.
        looked_at: Share of the perturbations that one draw looks at.
        perturbations: How many of the closest perturbations are looked at for rows of alike readouts.
        readouts: How many of the most alike readouts are looked at there.
        floor: Closeness at or below which a row says nothing, as a share of the largest that there is.
    """

    closeness: Literal["kernel", "graph"] = "kernel"
    same: int = 10
    near: int = 10
    draws: int = 3
    looked_at: float = 2 / 3
    perturbations: int = 30
    readouts: int = 30
    floor: float = 0.0


@dataclass(frozen=True)
class Retrieved:
    """Rows for n questions, n × draws × slots; first the slots of the same readout, then those of alike ones.

    Attributes:
        perturbation: Place of the row's perturbation in the context; −1 where the slot is empty.
        readout: Place of its readout.
        positive: Whether the row responds (or goes up).
        weight: Closeness of its perturbation, times that of its readout; 0 where the slot is empty.
        same: How many slots are of the same readout.
    """

    perturbation: Places
    readout: Places
    positive: npt.NDArray[np.bool_]
    weight: Floats
    same: int

    def joined(self, other: Retrieved) -> Retrieved:
        """These slots, then those of another retrieval for the same questions.

        Args:
            other: It.
        """
        both: dict[str, Any] = {
            one.name: np.concatenate([getattr(self, one.name), getattr(other, one.name)], axis=2)
            for one in fields(self)
            if one.name != "same"
        }
        return Retrieved(**both, same=self.same)


def retrieve(
    context: Context, asked: Pairs, annotation: Annotation, task: Task, how: Retrieval, seed: int = 0
) -> Retrieved:
    """The closest rows of a context for each question, as many positive as negative ones, in every draw.

    A draw looks at a part of the perturbations, chosen by seed and whatever is asked, and takes the closest rows of
    each label. Rows of the very perturbation, under any name, are never taken.

    Args:
        context: Train rows made ready: nothing else is looked at.
        asked: The questions.
        annotation: What is known of the genes.
        task: ``de`` (rows with a label; positive: responds) or ``dir`` (rows with a direction; positive: up).
        how: How rows are looked for.
        seed: Seed of the draws.
    """
    return retrieve_by(closeness(context, asked, annotation, how), context, asked, task, how, seed)


def retrieve_by(close: Floats, context: Context, asked: Pairs, task: Task, how: Retrieval, seed: int = 0) -> Retrieved:
    """As `retrieve`, by a closeness that is given.

    Args:
        close: As `closeness` gives it, asked × perturbations; what is 0 is never taken.
        context: As there.
        asked: As there.
        task: As there.
        how: As there.
        seed: As there.
    """
    labels, at = labels_of(context, task), (asked.perturbation, places(context.readouts, asked.readout))
    rng = np.random.default_rng([seed, 7])
    count = len(context.perturbations)
    parts, near = [], alike_readouts(context, how.readouts, np.unique(at[1][at[1] >= 0]))
    for _ in range(how.draws):
        seen = np.sort(rng.permutation(count)[: max(1, round(count * how.looked_at))])
        same = _same_readout(close, labels, at, seen, how.same // 2)
        parts.append(same.joined(_near_readouts(close, near, labels, at, seen, how)))
    stacked: dict[str, Any] = {
        one.name: np.concatenate([getattr(part, one.name) for part in parts], axis=1)
        for one in fields(Retrieved)
        if one.name != "same"
    }
    return Retrieved(**stacked, same=2 * (how.same // 2))


def labels_of(context: Context, task: Task) -> _Labels:
    """Which pairs have a label of the task, and which are positive, perturbations × readouts.

    Args:
        context: Train rows.
        task: Which label.
    """
    labels = context.labels
    if task == "de":
        return labels.known > 0, labels.responds > 0
    return labels.sign != 0, labels.sign > 0


def closeness(context: Context, asked: Pairs, annotation: Annotation, how: Retrieval) -> Floats:
    """How close asked perturbations are to those of a context, asked × perturbations; 0 for the very same.

    Args:
        context: Train rows.
        asked: The questions.
        annotation: What is known of the genes.
        how: Which closeness.
    """
    alike = cosines(asked.rows, context.perturbed)
    sources = GRAPH if how.closeness == "graph" and GRAPH[0] in alike else MIXED
    close = mixed(alike, context.units, sources, POWER)
    meant = [meant_by(name, annotation.symbols) for name in context.perturbations]
    for row, name in enumerate(asked.names):
        own = meant_by(name, annotation.symbols)
        close[row, [place for place, genes in enumerate(meant) if genes == own]] = 0
    close[close <= how.floor * float(close.max(initial=0))] = 0
    return close


def meant_by(name: str, symbols: Mapping[str, str]) -> frozenset[str]:
    """The genes of a perturbation by approved symbol: equal where two names mean one perturbation.

    Args:
        name: Of the perturbation.
        symbols: Name → approved symbol.
    """
    return frozenset(symbols.get(one, one) for one in genes_in(name))


def _empty(questions: int, slots: int) -> Retrieved:
    shape = (questions, 1, slots)
    return Retrieved(
        np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64), np.zeros(shape, dtype=bool),
        np.zeros(shape, dtype=np.float32), slots,
    )  # fmt: skip


def _same_readout(close: Floats, labels: _Labels, at: tuple[Places, Places], seen: Places, half: int) -> Retrieved:
    """The closest rows of the same readout, `half` of each label."""
    (known, positive), (row, readout) = labels, at
    found = _empty(len(row), 2 * half)
    order = np.argsort(readout, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(readout[order])) + 1):
        place = readout[group[0]] if len(group) else -1
        if place < 0:
            continue
        held = seen[known[seen, place]]
        for label in (True, False):
            which = held[positive[held, place] == label]
            best, weight = _largest(close[np.ix_(row[group], which)], half)
            _fill(found, group, (which[best], np.full(best.shape, place), weight), label=label)
    return found


def _fill(found: Retrieved, questions: Places, rows: tuple[Places, Places, Floats], *, label: bool) -> None:
    """Writes rows of one label, questions × rows each; the first half of the slots is for positive ones."""
    perturbation, readout, weight = rows
    first = 0 if label else found.same // 2
    slots = slice(first, first + weight.shape[1])
    found.perturbation[questions, 0, slots] = np.where(weight > 0, perturbation, -1)
    found.readout[questions, 0, slots] = np.where(weight > 0, readout, -1)
    found.weight[questions, 0, slots] = weight
    found.positive[questions, 0, slots] = label


def _largest(weights: Floats, count: int) -> tuple[Places, Floats]:
    """Places and values of the largest of each row, in falling order; fewer columns where there are fewer."""
    count = min(count, weights.shape[1])
    if not count:
        return np.zeros((len(weights), 0), dtype=np.int64), np.zeros((len(weights), 0), dtype=np.float32)
    part = np.sort(np.argpartition(-weights, count - 1, axis=1)[:, :count], axis=1)
    values = np.take_along_axis(weights, part, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(part, order, axis=1), np.take_along_axis(values, order, axis=1)


def _near_readouts(
    close: Floats, near: tuple[Places, Floats], labels: _Labels, at: tuple[Places, Places], seen: Places, how: Retrieval
) -> Retrieved:
    """The closest rows of alike readouts under alike perturbations, half of each label."""
    (known, positive), (row, readout), half = labels, at, how.near // 2
    found = _empty(len(row), 2 * half)
    alike, likeness = near
    # What is alike was looked for only of the readouts that are asked about, in the order of their places.
    of = np.cumsum(np.isin(np.arange(known.shape[1]), readout)) - 1
    best, nearness = _largest(close[:, seen], how.perturbations)
    best = seen[best]
    for start in range(0, len(row), CHUNK):
        part = np.arange(start, min(start + CHUNK, len(row)))
        part = part[readout[part] >= 0]
        q, t = best[row[part]][:, :, None], alike[of[readout[part]]][:, None, :]
        weight = nearness[row[part]][:, :, None] * likeness[of[readout[part]]][:, None, :] * known[q, t]
        for label in (True, False):
            cell, value = _largest((weight * (positive[q, t] == label)).reshape(len(part), -1), half)
            i, j = np.divmod(cell, max(t.shape[2], 1))
            at_cell = np.take_along_axis(q[:, :, 0], i, axis=1), np.take_along_axis(t[:, 0], j, axis=1)
            _fill(found, part, (*at_cell, value), label=label)
    return found


def alike_readouts(context: Context, count: int, of: Places) -> tuple[Places, Floats]:
    """The most alike readouts of some, themselves left out, and how alike they are (largest 1), len(of) × count.

    By annotation and by what train rows show to move both, each over its mean.

    Args:
        context: Train rows.
        count: How many.
        of: Places of the readouts, sorted.
    """
    likeness = context.readout_kernel[of] / (float(context.readout_kernel.mean()) or 1.0)
    place = np.searchsorted(context.between.live, of)
    lives = np.isin(of, context.between.live)
    total = float(context.between.by_sign.sum()) / context.readout_kernel.size or 1.0
    likeness[np.ix_(lives, context.between.live)] += context.between.by_sign[place[lives]] / total
    likeness[np.arange(len(of)), of] = 0
    best, value = _largest(likeness, count)
    return best, value / np.maximum(value.max(axis=1, keepdims=True, initial=0), 1e-9)


def rows_of(retrieved: Retrieved, question: int, draw: int) -> Sequence[tuple[int, int, bool, float]]:
    """The rows of one question in one draw, the closest first: places of perturbation and readout, label, weight.

    Args:
        retrieved: What was found.
        question: Its number.
        draw: Number of the draw.
    """
    at = (question, draw)
    slots = [slot for slot in np.argsort(-retrieved.weight[at], kind="stable") if retrieved.perturbation[at][slot] >= 0]
    return [
        (
            int(retrieved.perturbation[at][slot]), int(retrieved.readout[at][slot]),
            bool(retrieved.positive[at][slot]), float(retrieved.weight[at][slot]),
        )
        for slot in slots
    ]  # fmt: skip
