"""Pictures of designs: whole files that look as pictures do, the same for the same wish."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError, RefusedFileError
from tests.design_world import add_replicated
from tools.design.detectable import detectable_effect
from tools.design.pictures import draw_detectable_effect, draw_perturb_seq_design, draw_screen_design
from tools.design.pooled.plan import design_screen

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_planned_screen_is_drawn_with_a_line_for_each_number_of_replicates(workspace, tmp_path):
    drawn = draw_screen_design(workspace, tmp_path / "power.svg", effect=1.0)
    text = (tmp_path / "power.svg").read_text()
    for said in ("1 replicate", "4 replicates", "share of the hits that is found", "cells a guide in each arm"):
        assert said in text
    assert drawn.path == str(tmp_path / "power.svg")
    assert drawn.design == design_screen(workspace, effect=1.0)


def test_with_a_pilot_power_is_drawn_against_replicates(known, tmp_path):
    add_replicated(known, tmp_path, hits=10)
    draw_screen_design(known, tmp_path / "power.svg", effect=1.0, pilot="pilot")
    assert "6 guides a gene" in (tmp_path / "power.svg").read_text()


def test_a_finished_screen_is_drawn_with_the_replicates_that_it_has_marked(known, tmp_path):
    add_replicated(known, tmp_path)
    drawn = draw_detectable_effect(known, "pilot", tmp_path / "power.svg", hits=6)
    assert "3 replicates (now)" in (tmp_path / "power.svg").read_text()
    assert drawn.found == detectable_effect(known, "pilot", hits=6)


def test_planned_cells_are_drawn_as_png_and_the_same_twice(workspace, tmp_path):
    for name in ("a.png", "b.png"):
        draw_perturb_seq_design(workspace, tmp_path / name, effect=1.0)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert first.startswith(PNG)
    assert first == second


def test_a_picture_is_replaced_only_when_asked_to_and_no_other_file_is_made(workspace, tmp_path):
    out = tmp_path / "power.png"
    out.write_text("mine")
    with pytest.raises(RefusedFileError, match="there already"):
        draw_screen_design(workspace, out, effect=1.0)
    assert out.read_text() == "mine"
    draw_screen_design(workspace, out, effect=1.0, overwrite=True)
    assert out.read_bytes().startswith(PNG)
    with pytest.raises(InvalidValueError, match="ends in"):
        draw_screen_design(workspace, tmp_path / "power.pdf", effect=1.0)


def test_of_a_wish_that_cannot_be_met_nothing_is_drawn(workspace, tmp_path):
    with pytest.raises(InvalidValueError):
        draw_screen_design(workspace, tmp_path / "power.png", effect=0.0)
    assert list(tmp_path.glob("power*")) == []
