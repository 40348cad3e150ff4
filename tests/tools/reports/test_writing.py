"""Reports as they are written: figures are those of the store, files whole, lines that can be typed."""

from __future__ import annotations

import itertools
import re
import shlex
from dataclasses import replace

import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from tests.campaign_world import new_workspace, write_results
from tests.store_copy import copied
from tests.tools.reports.conftest import NAME
from tests.tools.reports.test_page import Reader
from tools.campaigns.results.review import campaign_review
from tools.reports.writing import write_report
from tools.screens.ingestion.adding import add_screen
from tui.cli.arguments import hoist
from tui.cli.root import build

PARTS = (
    "Question", "Data and quality", "Method", "Shortlist", "Hits so far", "Controls", "Pictures", "Calibration",
    "Costs", "Evidence", "All rounds", "How to repeat it",
)  # fmt: skip


@pytest.fixture(scope="module")
def written(reported, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "report.html"
    return write_report(reported, out, markdown=True), out


def test_a_campaigns_report_has_every_part_and_little_weight(written):
    report, out = written
    assert report.sections == PARTS
    assert report.megabytes == pytest.approx(out.stat().st_size / 1e6)
    assert report.megabytes < 5
    assert len(report.pictures) == 3


def test_its_name_is_text_and_its_links_lead_somewhere(written):
    seen = Reader(written[1].read_text(encoding="utf-8"))
    assert "b" not in seen.tags
    assert f"{NAME}: cytokine secretion" in seen.texts
    assert {link[1:] for link in seen.links} <= set(seen.ids)
    assert len(set(seen.ids)) == len(seen.ids)
    assert any(link.startswith("#evidence-") for link in seen.links)


def test_its_figures_are_those_of_the_review(reported, written):
    review = campaign_review(reported)
    text = " ".join(Reader(written[1].read_text(encoding="utf-8")).texts)
    for one in review.rounds:
        assert f"round {one.round}: {one.hits} hits of {one.measured}" in written[0].pictures[0]
        assert f"{one.expected.mean:.1f}" in text
    assert f"{review.spend.price:,.2f}" in text
    assert review.rule in text


def test_the_twin_lies_beside_it_with_its_pictures(written):
    report, out = written
    twin = out.with_suffix(".md")
    names = [path.name for path in report.files]
    assert names == ["report.html", "report.md", "progress.png", "sets.png", "reliability.png"]
    text = twin.read_text(encoding="utf-8")
    for place in re.findall(r"\]\((report_files/[^)]+)\)", text):
        assert (out.parent / place).read_bytes().startswith(b"\x89PNG")
    assert text.count("](report_files/") == 3
    assert [one.strip("# ").strip() for one in text.splitlines() if one.startswith("## ")] == list(PARTS)


def lines_to_type(text: str) -> list[str]:
    block = text.split("~~~~~\n")[1]
    return block.splitlines()


def test_the_lines_that_repeat_it_are_ones_that_the_commands_take(written):
    lines = lines_to_type(written[1].with_suffix(".md").read_text(encoding="utf-8"))
    verbs = [" ".join(line.split()[1:3]) for line in lines if "fetch" not in line]
    rounds = ["campaign propose", "campaign confirm", "campaign record"]
    assert verbs == ["campaign start", *rounds, *rounds, "campaign propose", "report report.html"]
    assert sum("--seed" in line for line in lines) == 3
    for line in lines:
        parsed(line)
    assert shlex.split(next(line for line in lines if "campaign start" in line))[3] == NAME
    assert sum("--positive-means raises" in line for line in lines) == 2


def test_the_line_that_adds_a_screen_holds_what_it_was_added_with(reported, tmp_path):
    store = copied(reported.store, tmp_path / "own.duckdb")
    place = replace(reported, store=store)
    results = write_results(tmp_path / "own file.csv", [f"GENE{number:04d}" for number in range(60)])
    add_screen(
        place, results, name="own", phenotype="cytokine; high", positive_means="lowers", study="Ours",
        hit_rule="top 20%", columns={"estimate": "lfc"},
    )  # fmt: skip
    write_report(place, tmp_path / "own.md", screen="own")
    lines = lines_to_type((tmp_path / "own.md").read_text(encoding="utf-8"))
    for line in lines:
        parsed(line)
    words = shlex.split(next(line for line in lines if "screen add" in line))
    assert words[1:4] == ["screen", "add", "own file.csv"]
    pairs = set(itertools.pairwise(words))
    assert {
        ("--phenotype", "cytokine; high"), ("--positive-means", "lowers"), ("--hit-rule", "top 20%"),
        ("--study", "Ours"), ("--map", "estimate=lfc"), ("--name", "own"),
    } <= pairs  # fmt: skip


def parsed(line: str) -> None:
    """Parses a line as typer does before anything runs; a wrong one is a usage error."""
    words = shlex.split(line)
    assert words[0] == "hitscout"
    command, rest = build(), hoist(words[1:], build())
    while rest and (below := getattr(command, "commands", {}).get(rest[0])) is not None:
        command, rest = below, rest[1:]
    command.make_context("hitscout", list(rest))


def test_a_screens_report_lists_its_hits_with_evidence(reported, tmp_path):
    report = write_report(reported, tmp_path / "alpha.md", screen="alpha")
    text = (tmp_path / "alpha.md").read_text(encoding="utf-8")
    assert "30 hits by top 5%" in text
    assert "effect:1:" in text
    assert "no row of negative controls" in text
    assert (tmp_path / "alpha_files" / "rank.png").exists()
    assert [path.name for path in report.files] == ["alpha.md", "rank.png"]


def test_nothing_is_replaced_unasked_and_a_refusal_leaves_nothing(reported, tmp_path):
    (tmp_path / "a.html").write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedFileError, match="is there already"):
        write_report(reported, tmp_path / "a.html", screen="alpha")
    (tmp_path / "b_files").mkdir()
    with pytest.raises(InvalidValueError, match="b_files"):
        write_report(reported, tmp_path / "b.html", screen="alpha", markdown=True)
    with pytest.raises(NotFoundError, match="no screen 'none'"):
        write_report(reported, tmp_path / "c.html", screen="none")
    with pytest.raises(InvalidValueError, match="and a campaign"):
        write_report(reported, tmp_path / "c.html", screen="alpha", campaign=NAME)
    with pytest.raises(InvalidValueError, match="ends in neither"):
        write_report(reported, tmp_path / "c.pdf", screen="alpha")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b_files"]
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "mine"
    write_report(reported, tmp_path / "a.html", screen="alpha", overwrite=True)
    assert "alpha" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_without_a_campaign_there_is_nothing_to_report(tmp_path):
    with pytest.raises(NotFoundError, match="no open campaign"):
        write_report(new_workspace(tmp_path, bare=True), tmp_path / "a.html")
