"""Costs are closed forms of what was given, and nothing is priced that has no price."""

from __future__ import annotations

import math

import pytest

from db.errors import InvalidValueError
from tests.campaign_world import confirmed, new_workspace, started
from tests.synthetic_store import SYMBOLS
from tools.campaigns.listing import campaign_show
from tools.orders.costs import campaign_costs

GUIDES = 12 * 4 + 4 + 50


@pytest.fixture
def world(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    library = tmp_path / "library.txt"
    library.write_text("\n".join(SYMBOLS[:50]))
    started(workspace, library=str(library), positive_controls=["GENE0100"], coverage=200)
    confirmed(workspace)
    return workspace


def amounts(found, design):
    return {line.item: line.amount for line in found.lines if line.design == design}


def test_amounts_follow_from_guides_coverage_and_what_each_takes(world):
    found = campaign_costs(world, replicates=3, samples=2, moi=0.3, cells_per_well=5_000)
    assert found.guides == GUIDES
    pooled = amounts(found, "pooled")
    assert pooled["cells with a guide"] == GUIDES * 200 * 3
    assert pooled["cells to transduce"] == math.ceil(GUIDES * 200 * 3 / (1 - math.exp(-0.3)))
    assert pooled["reads"] == GUIDES * 200 * 6
    arrayed = amounts(found, "arrayed")
    assert (arrayed["wells"], arrayed["plates"], arrayed["cells"]) == (GUIDES * 3, 3, GUIDES * 3 * 5_000)
    single = amounts(found, "perturb-seq")
    assert single["cells profiled"] == math.ceil((13 + 50 / 4) * 100) * 3
    assert single["reads"] == single["cells profiled"] * 25_000


def test_a_well_for_each_gene_needs_fewer_wells(world):
    found = campaign_costs(world, economics="arrayed", per_well="gene", plate=96)
    assert amounts(found, "arrayed")["wells"] == 12 + 1 + math.ceil(50 / 4)
    assert {line.design for line in found.lines} == {"arrayed"}


def test_prices_are_those_given_and_the_rest_is_counted_and_named(world):
    found = campaign_costs(world, price_guide=5.0, price_read_million=2.0, economics="pooled")
    (pooled,) = found.designs
    reads = GUIDES * 200 * 2
    assert pooled.cost == pytest.approx(GUIDES * 5.0 + reads / 1e6 * 2.0)
    hits = campaign_show(world).rounds[0].shortlist.expected_hits
    assert found.expected_hits == hits
    assert pooled.cost_per_expected_hit == pytest.approx(pooled.cost / hits.mean)
    assert pooled.unpriced == ("cells with a guide",)
    assert "price_cell_million" in found.notes[0]
    assert all(line.per_expected_hit == pytest.approx(line.amount / hits.mean) for line in found.lines)


def test_without_prices_no_cost_is_made_up(world):
    found = campaign_costs(world)
    assert [design.cost for design in found.designs] == [None, None, None]
    assert all(line.cost is None and line.amount > 0 for line in found.lines)


def test_numbers_that_are_none_are_refused(world):
    for options in ({"moi": 0.0}, {"price_guide": -1.0}, {"samples": 0}, {"economics": "free"}, {"replicates": 0}):
        with pytest.raises(InvalidValueError):
            campaign_costs(world, **options)
    with pytest.raises(InvalidValueError, match="do not fit on 1 plate"):
        campaign_costs(world, plate=96, most_plates=1)
