"""``report`` as users run it: what it says, what is refused, and names that someone hostile wrote."""

from __future__ import annotations

from tests.tools.reports.test_page import Reader


def test_a_report_is_written_and_told(cli):
    told = cli("report", "plain.html", "--screen", "plain", "--md")
    assert told.returncode == 0, told.stderr
    assert "The report is" in told.stdout
    assert "and 2 files beside it" in told.stdout
    assert sorted(path.name for path in cli.folder.iterdir()) == ["plain.html", "plain.md", "plain_files"]
    text = (cli.folder / "plain.md").read_text(encoding="utf-8")
    assert "hitscout report report.html --screen plain" in text
    found = cli.json("report", "again.html", "--screen", "plain")
    assert found["title"] == "plain: IL-2 production"
    assert found["megabytes"] < 5


def test_a_hostile_phenotype_is_harmless_text_on_the_page(cli):
    assert cli("report", "odd.html", "--screen", "odd").returncode == 0
    text = (cli.folder / "odd.html").read_text(encoding="utf-8")
    assert not {"\x1b", "\x07", "\u202e", "\u200b"} & set(text)
    assert "script" not in Reader(text).tags


def test_what_cannot_be_reported_is_refused_in_words_of_the_command_line(cli):
    both = cli("report", "a.html", "--screen", "plain", "--campaign", "tcell")
    assert both.returncode == 1
    assert "--screen NAME" in both.stderr
    none = cli("report", "a.html")
    assert none.returncode == 1
    assert "no open campaign" in none.stderr
    assert cli("report").returncode == 2
    assert list(cli.folder.iterdir()) == []
