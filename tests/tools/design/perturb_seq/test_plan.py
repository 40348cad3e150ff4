"""Perturbed cells that are planned: answers, pilots, and wishes that cannot be met."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.design_world import add_cells
from tools.design.perturb_seq.levels import assumed_levels, pilot_levels
from tools.design.perturb_seq.plan import design_perturb_seq


def test_the_answer_says_first_how_many_cells_a_perturbation_needs(workspace):
    found = design_perturb_seq(workspace, effect=1.0, responding=50, find=40, perturbations=200, usable=0.5)
    best = found.best
    assert found.answer.startswith(f"You need {best.cells} cells a perturbation to find 40 of 50 responding genes")
    assert (found.solved_for, found.power) == ("cells", 0.8)
    assert best.found == pytest.approx(40, abs=0.5)
    assert best.sequenced == (best.cells * 200 + 2_000) * 2
    assert best.reads == best.sequenced * 20_000
    assert best in found.options
    assert [one.found for one in found.options] == sorted(one.found for one in found.options)


@pytest.mark.parametrize(
    ("given", "solved_for"), [({}, "effect"), ({"effect": 1.0}, "cells"), ({"effect": 1.0, "cells": 120}, "power")]
)
def test_what_is_not_given_is_solved_for(workspace, given, solved_for):
    found = design_perturb_seq(workspace, **given)
    assert found.solved_for == solved_for
    for name, value in given.items():
        assert getattr(found.best, name) == value


def test_prices_are_counted_over_cells_and_reads(workspace):
    found = design_perturb_seq(workspace, effect=1.0, cells=100, price_cells=0.1, price_reads=2.0).best
    assert found.cost == pytest.approx(0.1 * found.sequenced + 2 * found.reads / 1e6)


def test_simulations_stand_beside_the_closed_form(workspace):
    found = design_perturb_seq(workspace, effect=1.0, genes=3_000, responding=30, simulate=60, seed=4)
    assert found.simulated.power == pytest.approx(found.best.power, abs=4 * found.simulated.power_error + 0.02)


def test_a_pilots_cells_give_back_their_counts_and_how_far_cells_differ(workspace):
    means = np.geomspace(0.3, 20, 150)
    counts = add_cells(workspace, means, 0.5)
    levels = pilot_levels(workspace.store, "cells")
    assert levels.umis == pytest.approx(np.median(counts.sum(axis=1)))
    assert levels.genes == 150
    np.testing.assert_allclose(levels.means / means, 1.0, atol=0.15)
    # Shares of a cell's own total: the depth of cells is taken out.
    strong = means > 1
    assert np.median(levels.dispersions[strong]) == pytest.approx(0.5, rel=0.15)
    found = design_perturb_seq(workspace, effect=1.0, pilot="cells", responding=10)
    assert (found.expression, found.genes, found.umis) == ("cells", 150, levels.umis)


def test_a_pilots_genes_are_seen_deeper_where_more_counts_are_asked_for(workspace):
    add_cells(workspace, np.geomspace(0.02, 0.5, 150), 0.5)
    plain, deep = (
        design_perturb_seq(workspace, effect=1.0, pilot="cells", responding=10, cells=100, umis=umis).best.power
        for umis in (None, 500)
    )
    assert deep > plain


def test_cells_that_are_no_counts_or_too_few_are_refused(workspace):
    add_cells(workspace, np.geomspace(0.3, 20, 50), 0.5, name="scaled", normalised=True)
    add_cells(workspace, np.geomspace(0.3, 20, 50), 0.5, name="few", cells=20)
    with pytest.raises(InvalidValueError, match="are no counts"):
        design_perturb_seq(workspace, effect=1.0, pilot="scaled", responding=5)
    with pytest.raises(InvalidValueError, match="20 control cells of few"):
        design_perturb_seq(workspace, effect=1.0, pilot="few", responding=5)
    with pytest.raises(NotFoundError, match="'nope'"):
        design_perturb_seq(workspace, effect=1.0, pilot="nope")


def test_assumed_expression_is_log_normal_over_its_genes():
    levels = assumed_levels(8_000, 20_000)
    assert np.median(levels.means) == pytest.approx(0.7, rel=0.01)
    assert np.log(levels.means).std() == pytest.approx(1.0, rel=0.02)
    assert np.all(np.diff(levels.dispersions) < 0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"effect": 0.0}, "no number of cells"), ({"effect": 1.0, "power": 1.0}, "cannot be had"),
        ({"effect": 1.0, "fdr": 0.0}, "risk being wrong"), ({"responding": 8_000}, "leave none"),
        ({"responding": 0}, "none to find"), ({"find": 50}, "always missed"), ({"find": 60}, "60 of 50"),
        ({"cells": 1}, "1 cells"), ({"cells": 10**6}, "not what is sequenced"), ({"control_cells": 3}, "3 control"),
        ({"perturbations": 0}, "Without a perturbation"), ({"working": 1.5}, "1.5 is no share"),
        ({"usable": 0.0}, "0 is no share"), ({"umis": 0}, "without counts"), ({"dispersion": -1.0}, "dispersion of -1"),
        ({"genes": 10**7}, "more than any genome"), ({"effect": 0.1}, "100,000 cells of each perturbation"),
        ({"effect": 1.0, "perturbations": 10**7}, "more than any experiment"), ({"cells": 10}, "strong enough"),
        ({"simulate": -1}, "more than tell|-1 simulations"), ({"price_cells": -1.0}, "below nothing"),
    ],
    ids=str,
)  # fmt: skip
def test_an_impossible_wish_is_told_so_with_what_would_be_possible(workspace, given, said):
    with pytest.raises(InvalidValueError, match=said) as refused:
        design_perturb_seq(workspace, **given)
    assert refused.value.suggestion.endswith(".")


def test_few_controls_are_said_to_hold_every_perturbation_back(workspace):
    found = design_perturb_seq(workspace, effect=1.0, cells=100, control_cells=100)
    assert any("their own noise counts" in note for note in found.notes)
