"""Figures of cells that were named: metrics with intervals, pairs, and what few reference cells reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.benchmarks.cells.play import TOGETHER, Given, Setting, is_default, members, play
from tools.benchmarks.cells.report import LEVEL, FewRow, Member, Pair, Row
from tools.cells.heads.base import DEFAULT as HEAD
from tools.cells.metrics import accuracy, macro_f1
from tools.cells.telling_genes import Codes

DRAWS = 500
EXPRESSION = "markers"
FEW_VECTORS = (EXPRESSION, TOGETHER, "text_specific", "expression_pca")
Numbers = npt.NDArray[np.float64]
METRICS: dict[str, Callable[[Codes, Codes, Numbers], Numbers]] = {"accuracy": accuracy, "macro_f1": macro_f1}


@dataclass(frozen=True)
class Few:
    """Small references.

    Attributes:
        cells: How many cells of each label at most, one number for each size.
        draws: How often each is drawn.
    """

    cells: tuple[int, ...] = (5, 20)
    draws: int = 3


def rows_and_pairs(
    true: Codes, given: Given, seed: int, order: Codes | None = None
) -> tuple[tuple[Row, ...], tuple[Pair, ...]]:
    """Every member's figures, and the pairs, over the same draws of cells.

    Args:
        true: What the cells are.
        given: What each member called them.
        seed: Of the draws.
        order: Place of each label among ordered stages; None where labels have no order.
    """
    weights = drawn(len(true), seed)
    told = {
        member: {name: metric(true, codes, weights) for name, metric in METRICS.items()}
        for member, codes in given.items()
    }
    rows = tuple(_row(member, told[member], staged(true, codes, order)) for member, codes in given.items())
    default = next(one for one in given if is_default(one))
    wanted = [(default, other) for other in given if other != default]
    wanted += [
        (one, Member(EXPRESSION, one.head))
        for one in given
        if (one.vectors, one.genes_by) == (TOGETHER, "texts") and Member(EXPRESSION, one.head) in given
    ]
    pairs = [_pair(of, over, name, told) for of, over in wanted for name in METRICS]
    return rows, tuple(pairs)


def drawn(cells: int, seed: int) -> Numbers:
    """How often each cell is drawn: draws × cells; the first draw has each once.

    Args:
        cells: How many there are.
        seed: Of the draws.
    """
    found = np.random.default_rng([seed, 11]).multinomial(cells, np.full(cells, 1 / cells), size=DRAWS)
    return np.vstack([np.ones((1, cells)), found])


def interval(values: Numbers) -> tuple[float, float]:
    """The 90 % interval of a figure over draws.

    Args:
        values: One a draw.
    """
    low, high = np.quantile(values, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def staged(true: Codes, given: Codes, order: Codes | None) -> tuple[float | None, float | None]:
    """Rank correlation of stages, and the share within one stage; None where labels have no order, or one stage alone.

    Args:
        true: Labels.
        given: Those that were given.
        order: Place of each label among the stages.
    """
    if order is None:
        return None, None
    from scipy.stats import spearmanr

    was, now = order[true], order[given]
    told = len(set(was)) > 1 and len(set(now)) > 1
    return float(spearmanr(was, now).statistic) if told else None, float((np.abs(was - now) <= 1).mean())


def _row(member: Member, told: dict[str, Numbers], stages: tuple[float | None, float | None]) -> Row:
    ends = {name: interval(values[1:]) for name, values in told.items()}
    return Row(
        member.vectors, member.head, member.genes_by, is_default(member), float(told["accuracy"][0]),
        *ends["accuracy"], float(told["macro_f1"][0]), *ends["macro_f1"], *stages,
    )  # fmt: skip


def _pair(of: Member, over: Member, metric: str, told: dict[Member, dict[str, Numbers]]) -> Pair:
    gains = told[of][metric] - told[over][metric]
    return Pair(of.name, over.name, metric, float(gains[0]), *interval(gains[1:]))


def few_rows(setting: Setting, few: Few, seed: int, report: Callable[[float, str], None]) -> tuple[FewRow, ...]:
    """What members reach with few cells of each label, over draws of these.

    Args:
        setting: What is played.
        few: How many cells, and how often they are drawn.
        seed: Of the draws.
        report: Called with the share that is done, and a word on it.
    """
    heads = (HEAD, "nearest_mean") if HEAD != "nearest_mean" else (HEAD,)
    asked = members(setting.genes, FEW_VECTORS, heads)
    found: list[FewRow] = []
    for place, count in enumerate(few.cells):
        played = []
        for draw in range(few.draws):
            done = (place * few.draws + draw) / (few.draws * len(few.cells))
            report(done, f"{count} cells of each label, draw {draw + 1}")
            played.append(_drawn_play(setting, count, [seed, 13, count, draw], asked))
        found += [_few_row(one, count, setting.true, played, seed) for one in asked]
    return tuple(found)


def _drawn_play(setting: Setting, count: int, seed: Sequence[int], asked: Sequence[Member]) -> Given:
    rng = np.random.default_rng(seed)
    splits = [one.few(count, rng) for one in setting.splits]
    return play(Setting(splits, setting.own_scale, setting.genes), asked, lambda _share, _word: None)


def _few_row(member: Member, count: int, true: Codes, played: Sequence[Given], seed: int) -> FewRow:
    base = Member(EXPRESSION, member.head)
    right = np.array([one[member] == true for one in played], dtype=float)
    gains = right - np.array([one[base] == true for one in played], dtype=float)
    # Which cells a reference happens to hold moves the gain as much as which cells are judged: both are drawn.
    each = drawn(len(true), seed)[1:] @ gains.T / len(true)
    taken = np.random.default_rng([seed, 17]).integers(len(played), size=each.shape)
    f1 = float(np.mean([macro_f1(true, one[member])[0] for one in played]))
    return FewRow(
        count, len(played), member.vectors, member.head, member.genes_by, float(right.mean()), f1,
        float(gains.mean()), *interval(np.take_along_axis(each, taken, axis=1).mean(axis=1)),
    )  # fmt: skip
