"""What a run of the benchmark of signatures reports."""

from __future__ import annotations

from dataclasses import dataclass


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
