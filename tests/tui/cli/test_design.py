"""`hitscout design`: the answer first, then the table; JSON, pictures and refusals."""

from __future__ import annotations

import pytest


def test_a_planned_screen_answers_in_a_sentence_and_then_a_table(cli):
    shown = cli("design", "screen", "--effect", "1", "--simulate", "2")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("You need ")
    assert "cells/guide" in shown.stdout
    assert "2 simulated:" in shown.stdout


def test_a_planned_screen_as_json(cli):
    found = cli.json("design", "screen", "--effect", "-0.8", "--guides", "4", "--replicates", "3")
    assert (found["solved_for"], found["best"]["guides"], found["best"]["replicates"]) == ("coverage", 4, 3)
    assert found["best"]["power"] >= 0.8
    assert found["best"]["effect"] == -0.8
    assert found["simulated"] is None


def test_planned_cells_are_told_priced_and_drawn(cli):
    shown = cli("design", "perturb-seq", "--effect", "1", "--find", "40", "--price-cells", "0.1", "--out", "power.png")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("You need ")
    assert "cost" in shown.stdout
    assert (cli.folder / "power.png").read_bytes().startswith(b"\x89PNG")
    again = cli("design", "perturb-seq", "--effect", "1", "--out", "power.png")
    assert again.returncode == 1
    assert "--overwrite" in again.stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("screen", "--effect", "0"), "no number of cells"),
        (("screen", "--effect", "1", "--power", "1"), "cannot be had"),
        (("screen", "--effect", "0.1"), "could be found so"),
        (("perturb-seq", "--effect", "1", "--responding", "9000"), "leave none"),
        (("detectable", "nope"), "There is no screen"),
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_met_is_refused_in_a_sentence(cli, typed, said):
    shown = cli("design", *typed)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert said in " ".join(shown.stderr.split())
    assert "Traceback" not in shown.stderr
