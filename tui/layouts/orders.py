"""How what a laboratory orders, and what it costs, is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, notes, number, table

if TYPE_CHECKING:
    from tools.orders.costs import RoundCosts
    from tools.orders.order import OrderedGuides

SEVERAL = 20
FORMS = {"table": "guides", "oligos": "oligos", "plates": "wells", "picks": "transfers"}


def ordered(one: OrderedGuides) -> Sequence[RenderableType]:
    """A file of guides, oligos, wells or transfers that was written.

    Args:
        one: What the tool gave.
    """
    about = {
        FORMS[one.form]: one.rows,
        "guides": one.guides,
        "controls": [f"{kind} {count:,}" for kind, count in one.controls.items()],
        "without guides": _listed(one.without_guides),
        "fewer guides": _listed([f"{gene} ({count})" for gene, count in one.fewer_guides.items()]),
        "flagged": [f"{flag} {count:,}" for flag, count in one.flagged.items()],
        "passed over": one.passed_over or None,
        "plates": one.plates or None,
        "wells": one.wells or None,
        "picture": one.picture,
        "cells": one.cells,
        "price": None if one.price is None else number(one.price, 6),
    }
    done = line(f"{one.campaign}, round {one.round}: written to {one.path} ({one.format}).", "bold")
    return [done, fields(about), *notes(one.notes)]


def _listed(names: Sequence[str]) -> list[str] | None:
    more = [f"{len(names) - SEVERAL:,} more"] if len(names) > SEVERAL else []
    return [*names[:SEVERAL], *more] or None


def costs(one: RoundCosts) -> Sequence[RenderableType]:
    """What a round takes and costs.

    Args:
        one: What the tool gave.
    """
    hits = one.expected_hits
    columns = [
        Column("design"), Column("item"), Column("amount", right=True), Column("per expected hit", right=True),
        Column("price", right=True), Column("cost", right=True), Column("counted as", running=True),
    ]  # fmt: skip
    rows = [
        (
            each.design, each.item, f"{each.amount:,.0f}", _per_hit(each.per_expected_hit),
            _price(each.unit_price, each.per), _money(each.cost), each.how,
        )
        for each in one.lines
    ]  # fmt: skip
    sums = [
        (each.design, _money(each.cost), _money(each.cost_per_expected_hit), ", ".join(each.unpriced))
        for each in one.designs
    ]
    whole = [
        Column("design"), Column("cost", right=True), Column("per expected hit", right=True),
        Column("not priced", running=True),
    ]  # fmt: skip
    about = {
        "nominations": one.nominations,
        "guides": one.guides,
        "expected hits": f"{hits.mean:.1f} ({hits.low:g} to {hits.high:g} at {hits.level:.0%})",
    }
    return [
        line(f"{one.campaign}, round {one.round}", "bold"), fields(about), heading("What it takes"),
        table(columns, rows, cut=False), heading("What it costs"), table(whole, sums), *notes(one.notes),
    ]  # fmt: skip


def _per_hit(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _price(value: float | None, per: float) -> str:
    if value is None:
        return ""
    return f"{value:g}" if per == 1 else f"{value:g} a million"


def _money(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
