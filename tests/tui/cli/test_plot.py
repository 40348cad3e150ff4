"""``plot`` as users run it: every kind, what is refused, and names from files that someone hostile wrote."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.tui.conftest import HOSTILE


def test_a_picture_is_written_and_told(cli):
    told = cli("plot", "rank", "plain", "--gene", "LCK,vav1", "--out", "rank.png")
    assert told.returncode == 0, told.stderr
    assert "The picture is rank.png" in told.stdout
    assert (cli.folder / "rank.png").read_bytes().startswith(b"\x89PNG")
    found = cli.json("plot", "gene", "LCK", "--out", "lck.svg")
    assert (found["kind"], found["shown"], found["out"]) == ("gene", 2, "lck.svg")


def test_a_picture_that_is_there_is_replaced_only_where_that_is_said(cli):
    assert cli("plot", "rank", "plain", "--out", "a.svg").returncode == 0
    refused = cli("plot", "rank", "plain", "--out", "a.svg")
    assert refused.returncode == 1
    assert "a.svg is there already" in refused.stderr
    assert "--overwrite" in refused.stderr
    assert cli("plot", "rank", "plain", "--out", "a.svg", "--overwrite").returncode == 0


def test_a_refused_volcano_names_the_command_that_works(cli):
    refused = cli("plot", "volcano", "plain", "--out", "a.png")
    assert refused.returncode == 1
    assert "hitscout plot rank plain --out PATH" in refused.stderr
    assert cli("plot", "rank", "plain", "--out", "a.pdf").returncode == 1
    assert list(cli.folder.iterdir()) == []


@pytest.mark.parametrize("words", [("rank", "odd"), ("gene", "LCK"), ("screens",)])
def test_hostile_names_make_a_whole_and_harmless_svg(cli, words):
    told = cli("plot", *words, "--out", "a.svg")
    if words == ("screens",):
        # Twelve genes are fewer than two screens must share, so that the cell is empty.
        assert told.returncode == 0, told.stderr
    text = (cli.folder / "a.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    assert not set(HOSTILE) & {"\x1b", "\x07", "\u202e", "\u200b"} & set(text)
    assert "\x1b" not in told.stdout


def test_the_help_of_each_kind_has_an_example(cli):
    listed = cli("plot", "--help").stdout
    for kind in (
        "volcano",
        "rank",
        "replicates",
        "controls",
        "progress",
        "reliability",
        "sets",
        "gene",
        "screens",
        "plate",
    ):
        assert kind in listed
        assert f"hitscout plot {kind} " in cli("plot", kind, "--help").stdout
