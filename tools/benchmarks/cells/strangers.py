"""How sure the default is of what it says: calibration, and whether cells of a label that is left out are flagged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tools.benchmarks.cells.play import Setting, Split
from tools.benchmarks.cells.report import StrangerRow
from tools.cells.annotation.held_out import held_out, tempered
from tools.cells.annotation.likeness import Likeness
from tools.cells.annotation.unlike import unlike
from tools.cells.fitting import fitted, recoded
from tools.cells.heads.base import DEFAULT as HEAD
from tools.cells.telling_genes import Codes
from tools.cells.vectors.base import DEFAULT as VECTORS
from tools.responses.pair_metrics import expected_calibration_error

Bools = npt.NDArray[np.bool_]
METHODS = VECTORS, HEAD


@dataclass(frozen=True, eq=False)
class _Told:
    """What the default says of the cells of a split: label, its probability, and whether it is like nothing."""

    given: Codes
    probability: npt.NDArray[np.float64]
    unlike: Bools


def strangers(
    setting: Setting, labels: Sequence[str], seed: int, report: Callable[[float, str], None]
) -> tuple[float, tuple[StrangerRow, ...]]:
    """Calibration error with all labels, and what is flagged with all and with each one left out of the references.

    Args:
        setting: What is played.
        labels: Names of the labels, by their numbers.
        seed: Of folds.
        report: Called with the share that is done, and a word on it.

    Returns:
        The expected calibration error of labels' probabilities over ten bins, and a row for no label left out and for
        each that has cells to judge.
    """
    report(0.0, "calibration")
    told = [_told(split, setting, seed) for split in setting.splits]
    judged = [split.true >= 0 for split in setting.splits]
    right, sure = (
        np.concatenate(parts)
        for parts in zip(
            *(
                ((one.given == split.true)[own], one.probability[own])
                for one, split, own in zip(told, setting.splits, judged, strict=True)
            ),
            strict=True,
        )
    )
    rows = [_row("", told, judged, [np.zeros(len(own), dtype=bool) for own in judged])]
    there = [label for label in range(len(labels)) if (setting.true == label).any()]
    for number, label in enumerate(there):
        report(number / len(there), f"without {labels[label]}")
        fewer = [_without(split, label) for split in setting.splits]
        left = [one for one in fewer if one is not None]
        told = [_told(split, setting, seed) for split in left]
        of_label = [split.true == label for split in left]
        known = [(split.true >= 0) & ~own for split, own in zip(left, of_label, strict=True)]
        rows.append(_row(labels[label], told, known, of_label))
    return expected_calibration_error(right, sure), tuple(rows)


def _without(split: Split, label: int) -> Split | None:
    """A split whose reference has no cell of a label; None where it then tells nothing apart."""
    kept = np.flatnonzero(split.codes != label)
    if len(np.unique(split.codes[kept])) < 2:
        return None
    return replace(split, reference=split.reference[kept], codes=split.codes[kept], donors=split.donors[kept])


def _told(split: Split, setting: Setting, seed: int) -> _Told:
    codes, there = recoded(split.codes)
    rng, genes = np.random.default_rng([seed, 7]), setting.genes[""]
    own = held_out(split.reference, codes, split.donors, genes, METHODS, rng, own_scale=setting.own_scale)
    fit = fitted(split.reference, codes, genes, *METHODS, own_scale=setting.own_scale)
    amounts = split.query[:, fit.vectors.places]
    beliefs, vectors, near = fit.told(amounts, own_scale=setting.own_scale)
    given = beliefs.argmax(axis=1)
    like = Likeness.of(
        fit, vectors, split.reference, codes, split.query, given, near, own_scale=setting.own_scale
    )  # fmt: skip
    sure = tempered(beliefs, own.temperature())[np.arange(len(given)), given]
    return _Told(there[given], sure, unlike(own, given, like, len(there), across=setting.own_scale))


def _row(label: str, told: Sequence[_Told], known: Sequence[Bools], of_label: Sequence[Bools]) -> StrangerRow:
    flagged = np.concatenate([one.unlike for one in told])
    ours, theirs = np.concatenate(known), np.concatenate(of_label)
    return StrangerRow(
        label, int(theirs.sum()), float(flagged[theirs].mean()) if theirs.any() else None,
        float(flagged[ours].mean()) if ours.any() else None,
    )  # fmt: skip
