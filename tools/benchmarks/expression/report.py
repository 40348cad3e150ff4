"""What a run of the benchmark of expression reports, and one of signatures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LEVEL = 0.9


@dataclass(frozen=True)
class MetricFigure:
    """One metric of one member: means over genes, each gene the mean of its rows.

    Attributes:
        value: u, what was reached.
        b: The training mean's value, over the same rows.
        r: A second measurement's; NaN where nothing was measured twice.
        score: (u − b) / (r − b) over the genes that were measured twice: 0 as the training mean, 1 as a replicate;
            NaN where the replicate is no better than the training mean.
        low: Lower end of the 90 % interval of the value, by a bootstrap over genes.
        high: Upper end of it.
    """

    value: float
    b: float
    r: float
    score: float
    low: float
    high: float

    def to_json(self) -> dict[str, float | None]:
        """As plain values; null where something cannot be told."""
        return {name: _plain(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class MemberReport:
    """One predictor or control.

    Attributes:
        name: Its name.
        default: Whether it is used where none is named.
        metrics: Name of the metric → its figures.
    """

    name: str
    default: bool
    metrics: dict[str, MetricFigure]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        found = {name: one.to_json() for name, one in self.metrics.items()}
        return {"name": self.name, "default": self.default, "metrics": found}


@dataclass(frozen=True)
class Pair:
    """The default less another member on the same genes, turned so that more is better.

    Attributes:
        over: The other member.
        metric: The metric.
        gain: Mean over genes.
        low: Lower end of its 90 % interval.
        high: Upper end.
    """

    over: str
    metric: str
    gain: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {name: _plain(value) if isinstance(value, float) else value for name, value in vars(self).items()}


@dataclass(frozen=True)
class SetReport:
    """One set.

    Attributes:
        name: Its name.
        perturbations: Rows that were judged: a gene in a context and a replicate.
        genes: Genes that were held out, each once.
        members: Predictors and controls.
        pairs: The default against each of them.
    """

    name: str
    perturbations: int
    genes: int
    members: tuple[MemberReport, ...]
    pairs: tuple[Pair, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name, "perturbations": self.perturbations, "genes": self.genes,
            "members": [one.to_json() for one in self.members], "pairs": [one.to_json() for one in self.pairs],
        }  # fmt: skip


@dataclass(frozen=True)
class ExpressionReport:
    """What the benchmark found.

    Attributes:
        sets: One entry a set.
        pooled: The default against each member over the genes of all sets together.
        sources: What genes were known by.
        missing: Packs that would have brought more.
        seconds: How long it took.
    """

    sets: tuple[SetReport, ...]
    pooled: tuple[Pair, ...]
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "sets": [one.to_json() for one in self.sets], "pooled": [one.to_json() for one in self.pooled],
            "sources": list(self.sources), "missing": list(self.missing), "seconds": round(self.seconds, 1),
        }  # fmt: skip


@dataclass(frozen=True)
class SignatureMember:
    """One predictor or control.

    Attributes:
        name: Its name.
        default: Whether it is used where none is named.
        spearman: Rank correlation of predicted and measured scores over genes, mean over signatures.
        low: Lower end of its 90 % interval, by a bootstrap over genes.
        high: Upper end.
        above: Share of signatures with a correlation above 0.
    """

    name: str
    default: bool
    spearman: float
    low: float
    high: float
    above: float


@dataclass(frozen=True)
class SignaturePair:
    """The default less another member on the same genes: mean over signatures, and its 90 % interval."""

    over: str
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class SignatureSetReport:
    """One set of data.

    Attributes:
        name: Its name.
        genes: Genes that were held out, each once.
        signatures: Signatures that have enough readout genes.
        members: Predictors and controls.
        pairs: The default less each other.
        again: Mean rank correlation of two measurements of the same genes; None where too few were measured twice.
        again_genes: Genes that were measured twice in one context.
    """

    name: str
    genes: int
    signatures: int
    members: tuple[SignatureMember, ...]
    pairs: tuple[SignaturePair, ...]
    again: float | None
    again_genes: int


@dataclass(frozen=True)
class SignaturesReport:
    """What the benchmark found.

    Attributes:
        collection: Whose gene sets were the signatures.
        sets: One entry for each set of data.
        sources: What genes were known by.
        missing: Packs that would have brought more.
        seconds: How long it took.
    """

    collection: str
    sets: tuple[SignatureSetReport, ...]
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    seconds: float


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
