"""Figures of cells that were named: metrics with intervals, pairs, and what few reference cells reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from tools.benchmarks.cells.play import TOGETHER, Given, Setting, is_default, members, play
from tools.benchmarks.cells.report import LEVEL, FewRow, Member, Pair, Row
from tools.cells.heads.base import DEFAULT as HEAD
from tools.cells.metrics import accuracy, macro_f1
from tools.cells.telling_genes import Codes

DRAWS = 500
FEW, FEW_DRAWS = (5, 20), 3
EXPRESSION = "markers"
FEW_VECTORS = (EXPRESSION, TOGETHER, "text_specific", "expression_pca")
Numbers = npt.NDArray[np.float64]
METRICS: dict[str, Callable[[Codes, Codes, Numbers], Numbers]] = {"accuracy": accuracy, "macro_f1": macro_f1}


def rows_and_pairs(true: Codes, given: Given, seed: int) -> tuple[tuple[Row, ...], tuple[Pair, ...]]:
    """Every member's figures, and the pairs, over the same draws of cells.

    Args:
        true: What the cells are.
        given: What each member called them.
        seed: Of the draws.
    """
    weights = drawn(len(true), seed)
    told = {
        member: {name: metric(true, codes, weights) for name, metric in METRICS.items()}
        for member, codes in given.items()
    }
    rows = tuple(_row(member, told[member]) for member in given)
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


def _row(member: Member, told: dict[str, Numbers]) -> Row:
    ends = {name: interval(values[1:]) for name, values in told.items()}
    return Row(
        member.vectors, member.head, member.genes_by, is_default(member), float(told["accuracy"][0]),
        *ends["accuracy"], float(told["macro_f1"][0]), *ends["macro_f1"],
    )  # fmt: skip


def _pair(of: Member, over: Member, metric: str, told: dict[Member, dict[str, Numbers]]) -> Pair:
    gains = told[of][metric] - told[over][metric]
    return Pair(of.name, over.name, metric, float(gains[0]), *interval(gains[1:]))


def few_rows(setting: Setting, seed: int, report: Callable[[float, str], None]) -> tuple[FewRow, ...]:
    """What members reach with 5 and with 20 cells of each label, over draws of these.

    Args:
        setting: What is played.
        seed: Of the draws.
        report: Called with the share that is done, and a word on it.
    """
    heads = (HEAD, "nearest_mean") if HEAD != "nearest_mean" else (HEAD,)
    asked = members(setting.genes, FEW_VECTORS, heads)
    found: list[FewRow] = []
    for place, count in enumerate(FEW):
        played = []
        for draw in range(FEW_DRAWS):
            report((place * FEW_DRAWS + draw) / (FEW_DRAWS * len(FEW)), f"{count} cells of each label, draw {draw + 1}")
            played.append(_drawn_play(setting, count, [seed, 13, count, draw], asked))
        found += [_few_row(one, count, setting.true, played, seed) for one in asked]
    return tuple(found)


def _drawn_play(setting: Setting, count: int, seed: Sequence[int], asked: Sequence[Member]) -> Given:
    rng = np.random.default_rng(seed)
    splits = [one.few(count, rng) for one in setting.splits]
    return play(Setting(splits, setting.own_scale, setting.genes), asked, lambda _share, _word: None)


def _few_row(member: Member, count: int, true: Codes, played: Sequence[Given], seed: int) -> FewRow:
    base = Member(EXPRESSION, member.head)
    right = np.mean([one[member] == true for one in played], axis=0)
    gains = right - np.mean([one[base] == true for one in played], axis=0)
    weights = drawn(len(true), seed)[1:]
    f1 = float(np.mean([macro_f1(true, one[member])[0] for one in played]))
    return FewRow(
        count, len(played), member.vectors, member.head, member.genes_by, float(right.mean()), f1,
        float(gains.mean()), *interval(weights @ gains / len(true)),
    )  # fmt: skip
