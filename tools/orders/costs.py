"""Costs of a round: as a pooled, an arrayed and a Perturb-seq screen, in all and for each hit that is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.acts import option
from db.campaigns.records import Expected
from db.errors import check_word
from db.genes.perturbation_names import genes_in
from db.records import Round
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import CampaignState, state_of
from tools.orders.economics import DESIGNS, Amount, Design, RoundSize, amounts
from tools.orders.options import Plating, Pricing
from tools.parameters import takes_fields
from tools.workspace import Workspace

Economics = Literal["pooled", "arrayed", "perturb-seq", "all"]


@dataclass(frozen=True)
class CostLine:
    """One thing that a design takes.

    Attributes:
        design: pooled, arrayed or perturb-seq.
        item: What is needed.
        amount: How much.
        per_expected_hit: How much for each expected hit; None where none is expected.
        unit_price: The price that was given, or None.
        per: How much that price is for.
        cost: Amount × price, or None where none was given.
        how: How the amount was counted.
    """

    design: Design
    item: str
    amount: float
    per_expected_hit: float | None
    unit_price: float | None
    per: float
    cost: float | None
    how: str


@dataclass(frozen=True)
class DesignCost:
    """What a design costs, as far as prices were given.

    Attributes:
        design: pooled, arrayed or perturb-seq.
        cost: Sum of what has a price; None where nothing has.
        cost_per_expected_hit: That for each expected hit; None where no cost is known or no hit expected.
        unpriced: Things that cost something and have no price, by the option that would price them.
    """

    design: Design
    cost: float | None
    cost_per_expected_hit: float | None
    unpriced: tuple[str, ...]


@dataclass(frozen=True)
class RoundCosts:
    """What a round takes and costs.

    Attributes:
        campaign: The campaign.
        round: Number of the round.
        nominations: Its nominations.
        guides: Guides of nominations and controls.
        expected_hits: Hits expected of the nominations, the same in every design.
        lines: One for each thing that each design takes.
        designs: One for each design.
        notes: What was not priced, a sentence each.
    """

    campaign: str
    round: int
    nominations: int
    guides: int
    expected_hits: Expected
    lines: tuple[CostLine, ...]
    designs: tuple[DesignCost, ...]
    notes: tuple[str, ...]


@takes_fields
def campaign_costs(
    workspace: Workspace,
    pricing: Pricing,
    plating: Plating,
    name: str = "",
    *,
    round: int | None = None,  # noqa: A002 - the word of the command line
    economics: Economics = "all",
) -> RoundCosts:
    """Counts what a round takes as a pooled, an arrayed or a Perturb-seq screen, and prices what has a price.

    Amounts are closed forms of the numbers that are given, and each line says which. A thing without a price is counted
    and not priced. Expected hits are those of the round's proposal.

    Args:
        workspace: The store.
        pricing: Coverage, cells, reads and prices.
        plating: The plates of the arrayed design, and the replicates of all.
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        economics: ``pooled``, ``arrayed``, ``perturb-seq`` or ``all``.

    Raises:
        InvalidValueError: There is no such design, or the plates are too small.
        NotFoundError: There is no such campaign or round.
    """
    check_word("economics", economics, (*DESIGNS, "all"))
    state = state_of(workspace.store, name)
    one = pick_round(state, round)
    size = _size(state, one, pricing)
    hits = one.shortlist.expected_hits
    own = state.campaign.settings.price
    designs = [design for design in DESIGNS if economics in (design, "all")]
    lines = [
        _line(design, amount, pricing, own, hits)
        for design in designs
        for amount in amounts(design, size, pricing, plating)
    ]
    costs = tuple(_of_design(design, lines, hits) for design in designs)
    return RoundCosts(
        state.campaign.name, one.number, size.nominations, size.guides, hits, tuple(line for line, _ in lines), costs,
        _notes(lines),
    )  # fmt: skip


def _size(state: CampaignState, one: Round, pricing: Pricing) -> RoundSize:
    settings = state.campaign.settings
    controls = one.shortlist.controls
    return RoundSize(
        nominations=len(one.nominations),
        genes=sum(len(nomination.target_genes) for nomination in one.nominations),
        positive=sum(len(genes_in(each.perturbation)) for each in controls if each.kind == "positive" and each.guides),
        non_targeting=sum(control.guides for control in controls if control.kind == "non-targeting"),
        guides_per_gene=pricing.guides_per_gene or settings.guides_per_gene,
        coverage=pricing.coverage or settings.coverage,
    )


Priced = tuple[CostLine, str]
"""A line, and the option that would price it; empty where it has a price or needs none."""


def _line(design: Design, amount: Amount, pricing: Pricing, own: float | None, hits: Expected) -> Priced:
    price = getattr(pricing, amount.price) if amount.price else None
    if amount.price == "price_guide" and price is None:
        price = own
    cost = None if price is None else amount.amount / amount.per * price
    line = CostLine(
        design, amount.item, amount.amount, _per_hit(amount.amount, hits), price, amount.per, cost, amount.how
    )
    return line, amount.price if price is None else ""


def _per_hit(amount: float | None, hits: Expected) -> float | None:
    return None if amount is None or hits.mean <= 0 else amount / hits.mean


def _of_design(design: Design, lines: list[Priced], hits: Expected) -> DesignCost:
    own = [(line, missing) for line, missing in lines if line.design == design]
    known = [line.cost for line, _ in own if line.cost is not None]
    cost = sum(known) if known else None
    return DesignCost(design, cost, _per_hit(cost, hits), tuple(line.item for line, missing in own if missing))


def _notes(lines: list[Priced]) -> tuple[str, ...]:
    missing = list(dict.fromkeys(field for _, field in lines if field))
    if not missing:
        return ()
    return (f"Counted and not priced, for want of {', '.join(option(name) for name in missing)}.",)
