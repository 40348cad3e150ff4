"""Columns of evidence for pairs: train labels smoothed over perturbations, over readouts, and over both.

Notation: k is the kernel between asked and train perturbations; M, Y and S are the train labels (known, responds,
sign); b and d are each readout's shrunken rates of responding and of going up; R = M (Y − b) and D = |S| (1[S > 0] − d)
are what labels say beyond those rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tools.responses.kernels import Coresponses, Floats
from tools.responses.label_table import VERSION as TABLE
from tools.responses.label_table import Labels, Places
from tools.responses.predictors._stacker import VERSION as STACKER
from tools.responses.predictors._stacker import logit

VERSION = ("_columns 1", *STACKER, *TABLE)
PRIOR_ROWS = 2
"""Pseudo-rows at the overall rate in a readout's own rate."""


@dataclass(frozen=True)
class Rates:
    """What the labels say by themselves.

    Attributes:
        responding: b, for each readout.
        up: d, for each readout.
        excess: R, perturbations × readouts.
        excess_up: D, likewise.
        directed: |S|, likewise.
    """

    responding: Floats
    up: Floats
    excess: Floats
    excess_up: Floats
    directed: Floats


def rates(labels: Labels) -> Rates:
    """Rates b = (ΣY + 2 ȳ) / (ΣM + 2) for each readout, d likewise from signs, and the excess of each row over them.

    Args:
        labels: Train labels.
    """
    known, responds = labels.known.sum(axis=0), labels.responds.sum(axis=0)
    directed, rises = np.abs(labels.sign), labels.sign > 0
    share = responds.sum() / max(known.sum(), 1)
    share_up = rises.sum() / max(directed.sum(), 1)
    responding = (responds + PRIOR_ROWS * share) / (known + PRIOR_ROWS)
    up = (rises.sum(axis=0) + PRIOR_ROWS * share_up) / (directed.sum(axis=0) + PRIOR_ROWS)
    excess = labels.known * (labels.responds - responding)
    return Rates(responding, up, excess, directed * (rises - up), directed)


def evidence_columns(
    kernel: Floats,
    singles: Mapping[str, Floats],
    between: Coresponses,
    labels: Labels,
    readout_kernel: Floats,
    at: tuple[Places, Places],
) -> dict[str, Floats]:
    """All columns that smoothing gives, by name, n each.

    Args:
        kernel: k, asked × train perturbations.
        singles: Source → kernel of that source alone, asked × train perturbations.
        between: How alike readouts answer, by the train labels.
        labels: Train labels, the only labels that are looked at.
        readout_kernel: Readouts × readouts, by annotation.
        at: Row of `kernel` and place of the readout for each of the n pairs.
    """
    found = rates(labels)
    sums = _sums(kernel, labels, found)
    columns = _readout_columns(labels, found, at) | _vote_columns(sums, labels, at)
    columns |= _perturbation_columns(kernel, labels, found, at[0])
    for source, one in singles.items():
        columns[f"vote_{source}"] = ((one @ found.excess) / (one @ labels.known + 0.5))[at]
        columns[f"direction_vote_{source}"] = ((one @ found.excess_up) / (one @ found.directed + 0.5))[at]
    return columns | _spread_columns(sums, between, labels, readout_kernel, at)


@dataclass(frozen=True)
class _Sums:
    """Kernel sums over train perturbations, asked × readouts: of R, M, D and |S|, and weighted means of Y and S."""

    excess: Floats
    known: Floats
    excess_up: Floats
    directed: Floats
    responds: Floats
    sign: Floats


def _sums(kernel: Floats, labels: Labels, found: Rates) -> _Sums:
    weights = kernel / (kernel.sum(axis=1, keepdims=True) + 1e-6)
    return _Sums(
        kernel @ found.excess,
        kernel @ labels.known,
        kernel @ found.excess_up,
        kernel @ found.directed,
        weights @ labels.responds,
        weights @ labels.sign,
    )


def _readout_columns(labels: Labels, found: Rates, at: tuple[Places, Places]) -> dict[str, Floats]:
    """What is known of the readout alone: its rates, and how often it was looked at."""
    count, readout = len(labels.known), at[1]
    return {
        "rate": logit(found.responding)[readout],
        "known": np.log((labels.known.sum(axis=0) + 1) / count)[readout],
        "rate_up": logit(found.up)[readout],
        "directed": np.log((found.directed.sum(axis=0) + 1) / count)[readout],
    }


def _vote_columns(sums: _Sums, labels: Labels, at: tuple[Places, Places]) -> dict[str, Floats]:
    """Votes k R / (k M + ½), the same for directions, the lift over the readout's mean, and their weight."""
    # Weights are counted per 1,000 perturbations: out-of-fold columns see 80 % of the rows, the final ones all.
    scale, mean = 1000 / len(labels.known), labels.responds.mean(axis=0)
    return {
        "vote": (sums.excess / (sums.known + 0.5))[at],
        "direction_vote": (sums.excess_up / (sums.directed + 0.5))[at],
        "lift": np.log((sums.responds + 0.2 * mean + 1e-5) / (1.2 * mean + 1e-5))[at],
        "support": np.log(sums.known * scale + 0.1)[at],
        "direction_support": np.log(sums.directed * scale + 0.01)[at],
    }


def _perturbation_columns(kernel: Floats, labels: Labels, found: Rates, row: Places) -> dict[str, Floats]:
    """What is known of the perturbation alone: how near its neighbours are, and how broadly and which way they act."""
    weights = kernel / (kernel.sum(axis=1, keepdims=True) + 1e-6)
    directed = found.directed.sum(axis=1) + 3
    breadth = labels.responds.sum(axis=1) / np.maximum(labels.known @ found.responding, 1e-6)
    return {
        "near": np.log(kernel.sum(axis=1) * (1000 / len(labels.known)) + 0.01)[row],
        "nearest": kernel.max(axis=1)[row],
        "breadth": (weights @ breadth)[row],
        "upward": (weights @ (labels.sign.sum(axis=1) / directed))[row],
        "upward_excess": (weights @ (found.excess_up.sum(axis=1) / directed))[row],
    }


def _spread_columns(
    sums: _Sums, between: Coresponses, labels: Labels, readout_kernel: Floats, at: tuple[Places, Places]
) -> dict[str, Floats]:
    """The kernel sums smoothed once more, over readouts: by co-response, by annotation, and by both."""
    stacked = [sums.excess, sums.known, sums.excess_up, sums.directed, sums.responds, sums.sign]
    means = [labels.responds.mean(axis=0, keepdims=True), labels.sign.mean(axis=0, keepdims=True)]
    block = np.vstack([*stacked, *means]).astype(np.float32)
    signs = _spread(block, between.by_sign, between.live)
    responses = _spread(block, between.by_response, between.live)
    annotated = _spread(block, readout_kernel, np.arange(block.shape[1]))
    both = _Spread(signs.block + annotated.block, signs.degree + annotated.degree, signs.level + annotated.level)
    columns: dict[str, Floats] = {}
    for name, spread in (("both", both), ("coresponse", responses), ("annotation", annotated)):
        columns |= _of_spread(name, spread, len(sums.known), 1000 / len(labels.known), at)
    return columns


@dataclass(frozen=True)
class _Spread:
    """A block of rows spread over readouts by a kernel whose mean is made one (or zero, for an empty kernel)."""

    block: Floats
    degree: Floats
    level: float


def _spread(block: Floats, kernel: Floats, live: Places) -> _Spread:
    count = block.shape[1]
    mean = float(kernel.sum()) / count**2 or 1.0
    spread, degree = np.zeros_like(block), np.zeros(count)
    spread[:, live] = block[:, live] @ (kernel / np.float32(mean))
    degree[live] = kernel.sum(axis=0) / mean
    return _Spread(spread, degree, 1.0)


def _of_spread(name: str, spread: _Spread, asked: int, scale: float, at: tuple[Places, Places]) -> dict[str, Floats]:
    """Ratios of spread sums: excess over weight, lift over the mean, sign over response, and the weight itself."""
    row, readout = at
    count, degree = spread.block.shape[1], np.maximum(spread.degree, 1e-9)[readout]
    excess, known, excess_up, directed, responds, sign = (
        spread.block[part * asked : (part + 1) * asked][row, readout] for part in range(6)
    )
    mean, mean_sign = spread.block[-2][readout] / degree, spread.block[-1][readout] / degree
    responds, sign = responds / degree, sign / degree
    return {
        f"excess_{name}": excess / (known + 0.025 * spread.level * count),
        f"direction_excess_{name}": excess_up / (directed + 0.5 * spread.level),
        f"lift_{name}": np.log((responds + 1e-4) / (mean + 1e-4)),
        f"sign_{name}": sign / (responds + 1e-3),
        f"mean_sign_{name}": mean_sign / (mean + 1e-3),
        f"support_{name}": np.log(known * scale / spread.level / count + 0.01),
    }
