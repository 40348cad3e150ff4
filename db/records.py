"""Frozen records of what the store holds, in the words of the field.

Every record is a plain value: it keeps no connection, and changing it changes nothing in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, Self

from db.campaigns.records import IgnoredName, ShortlistInfo, in_order

Organism = Literal["human", "mouse"]
Modality = Literal["knockout", "interference", "activation", ""]
Side = Literal["low", "high", "both"]
Direction = Literal["raises", "lowers", "both"]
Mode = Literal["discover", "validate", "extend", "new"]
"""What a campaign makes of earlier screens of its phenotype: nothing is left out, only their hits are taken, only what
they did not measure, or all but their hits."""
EstimateKind = Literal["lfc", "beta", "z", "signed_log10_p", "bayes_factor", "rank"]
RoundState = Literal["open", "confirmed", "measured"]
NominatedBy = Literal["computed", "grade", "control"]
Outcome = Literal["waiting", "measured", "missing", "dropped"]
Relation = Literal["copy", "sibling", "other", "undeclared"]

UNSIGNED: Literal["unsigned"] = "unsigned"
"""What positive means in a file that says how strong effects are, but not which way they go."""
ONE_SIDED: frozenset[EstimateKind] = frozenset({"bayes_factor"})
"""Kinds of estimates that speak for one side, the positive one of their file: below zero they say "no effect"."""
PROTEIN_LOCUS = "gene with protein product"
"""Locus type of the genes that are written ``PROTEIN_CODING`` where a list of genes is asked for."""
PROTEIN_CODING = "protein-coding"

SIDE_OF_DIRECTION: Mapping[str, Side] = MappingProxyType({"raises": "high", "lowers": "low", "both": "both"})


@dataclass(frozen=True)
class Ingest:
    """One transaction that brought rows into the store, and where they came from."""

    id: int
    content_hash: str
    """SHA-256 of the source's bytes and the options that it was read with."""
    kind: str
    name: str
    source: str
    source_hash: str
    tool: str
    arguments: Mapping[str, Any]
    versions: Mapping[str, str]
    created_at: datetime
    parents: tuple[int, ...] = ()


@dataclass(frozen=True)
class Note:
    """A row of a source file that was kept aside, or that is used with a flag."""

    line: int | None
    name: str
    reason: str
    """``unresolved``, ``ambiguous``, ``date``, ``several-genes``, ``duplicate``, ``not-finite``, ``p-out-of-range``,
    ``control``, ``bad-row``, ``missing`` (no effect), ``total``, ``impossible``; of rows that are used: ``alias``,
    ``former-name``, ``zero-effect``, ``p-zero`` or ``bound`` (a p or FDR of which a bound is known)."""
    detail: str
    kept_aside: bool = True
    source_row: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gene:
    """A gene of the nomenclature tables."""

    id: int
    organism: Organism
    symbol: str
    name: str = ""
    accession: str = ""
    locus_type: str = ""


@dataclass(frozen=True)
class Study:
    """The publication or in-house project that screens belong to."""

    name: str
    citation: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Screen:
    """One perturbation experiment: who was perturbed how, where, and what was looked at."""

    id: int
    name: str
    study: str
    """Name of the study; empty where it was not declared."""
    organism: Organism
    cell_type: str
    phenotype: str
    condition: str
    library: str
    modality: Modality
    method: str
    readout: str
    readout_gene: str
    text: str
    hit_rule: str
    side: Side
    ingest_id: int
    campaign_id: int | None = None

    def relation_to(self, other: Screen) -> Relation:
        """How this screen stands to another one: copy, sibling, other, or undeclared.

        A copy is the same experiment in another file, donor, guide set or processing (same study, phenotype,
        cell type and modality); a sibling is another phenotype of the same study.
        """
        return relation(self, other)


@dataclass(frozen=True)
class Contrast:
    """A test arm against a control arm, with the sign that its source file used."""

    id: int
    screen_id: int
    name: str
    estimate_kind: EstimateKind
    positive_means: Literal["raises", "lowers", "unsigned"]
    """What a positive value meant in the SOURCE; effects in the store are harmonised (positive = raises)."""
    sign_evidence: str
    test_arm: str = ""
    control_arm: str = ""


@dataclass(frozen=True)
class Question:
    """What a campaign looks for: compiled once, shown, editable, then frozen for the campaign."""

    phenotype: str
    organism: Organism = "human"
    cell_type: str = ""
    readout: str = ""
    direction: Direction = "both"
    modality: Modality = ""
    hit_rule: str = "top 5%"
    text: str = ""
    """The question in plain words; features that read text use it verbatim."""
    study: str = ""
    """Study of the campaign, so that copies and siblings of it are recognised."""
    screen_weights: Mapping[str, float] = field(default_factory=dict)
    gene_sets: tuple[str, ...] = ()
    positive_controls: tuple[str, ...] = ()

    @property
    def side(self) -> Side:
        """The side of the harmonised effect on which hits lie."""
        return SIDE_OF_DIRECTION[self.direction]

    def to_json(self) -> dict[str, Any]:
        """As plain values that ``json.dumps`` takes and `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The question that `to_json` wrote."""
        plain: dict[str, Any] = dict(values)
        for name in ("gene_sets", "positive_controls"):
            plain[name] = tuple(plain.get(name, ()))
        return cls(**plain)


def relation(a: Screen | Question, b: Screen | Question) -> Relation:
    """How two screens (or a screen and a campaign's question) stand to each other.

    Args:
        a: One of them.
        b: The other one.

    Returns:
        ``copy``: same study, phenotype, cell type and modality; ``sibling``: same study otherwise; ``other``: both
        studies are declared and differ; ``undeclared``: at least one study is not declared.
    """

    def same(left: str, right: str) -> bool:
        return left.strip().casefold() == right.strip().casefold()

    if not a.study or not b.study:
        return "undeclared"
    if not same(a.study, b.study):
        return "other"
    experiment = ((a.phenotype, b.phenotype), (a.cell_type, b.cell_type), (a.modality, b.modality))
    return "copy" if all(same(x, y) for x, y in experiment) else "sibling"


@dataclass(frozen=True)
class CampaignSignature:
    """A state of the cells that a campaign's hits push toward, and how far each gene does, as it was at the start.

    Attributes:
        name: Name of the signature.
        learnt_from: Tables of responses that the scores come from.
        fit: Rank correlation of predicted and measured scores of genes that were held out; None where it is not known.
        doubt: Standard deviation of a predicted score around the measured one.
        predicted: Gene → predicted score, in standard deviations of measured ones, drawn in as far as predictions hold.
        measured: Gene → measured score, of genes that were perturbed in those tables.
    """

    name: str
    learnt_from: tuple[str, ...]
    fit: float | None
    doubt: float
    predicted: Mapping[str, float]
    measured: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """As plain values that `from_json` reads back."""
        return {**vars(self), "learnt_from": list(self.learnt_from)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The signature that `to_json` wrote."""
        return cls(**{**values, "learnt_from": tuple(values["learnt_from"])})


@dataclass(frozen=True)
class CampaignSettings:
    """How a campaign's rounds are made up; what is looked for stands in its `Question`."""

    size: int = 128
    mode: Mode = "discover"
    guides_per_gene: int = 4
    coverage: int = 500
    """Cells for each guide."""
    price: float | None = None
    """Price of one guide, in the laboratory's own currency."""
    flag_essential: bool = False
    min_tpm: float = 1.0
    expressed: Mapping[str, float] = field(default_factory=dict)
    """TPM of each gene in the campaign's cells; empty where not given."""
    ignored: tuple[IgnoredName, ...] = ()
    """Names of the campaign's library, exclusions and other lists that could not be used."""
    mode_reasons: tuple[str, ...] = ()
    """Reasons of the exclusions that the mode made. Unlike others these genes are believed to hit as ever; chances are
    those of a library that holds them."""
    signature: CampaignSignature | None = None
    """Toward what hits push the cells, where that was said."""

    def to_json(self) -> dict[str, Any]:
        """As plain values that `from_json` reads back; without a signature no key is there."""
        values = {**vars(self), "ignored": in_order(self.ignored), "mode_reasons": list(self.mode_reasons)}
        del values["signature"]
        return values if self.signature is None else {**values, "signature": self.signature.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The settings that `to_json` wrote."""
        return cls(
            **{
                **values,
                "ignored": tuple(IgnoredName.from_json(one) for one in values.get("ignored", ())),
                "mode_reasons": tuple(values.get("mode_reasons", ())),
                "signature": CampaignSignature.from_json(values["signature"]) if "signature" in values else None,
            }
        )


@dataclass(frozen=True)
class Campaign:
    """A sequence of rounds that look for one question's answer in one library."""

    id: int
    name: str
    question: Question
    settings: CampaignSettings
    measured_screen_id: int | None
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Nomination:
    """A perturbation's place in a round, with the reason for it."""

    rank: int
    perturbation: str
    target_genes: tuple[str, ...]
    hit_probability: float
    low: float
    high: float
    utility: float
    support: float
    by: NominatedBy
    flags: tuple[str, ...]
    grade: float | None
    reason: str
    evidence: tuple[str, ...]
    outcome: Outcome = "waiting"


@dataclass(frozen=True)
class Round:
    """One round of a campaign: open while it may change, confirmed when ordered, measured with results."""

    id: int
    campaign_id: int
    number: int
    state: RoundState
    seed: int
    shortlist: ShortlistInfo
    nominations: tuple[Nomination, ...]
    created_at: datetime
    confirmed_at: datetime | None = None
    measured_at: datetime | None = None
