"""The small parts of the chat that need no terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tui.chat.history import History
from tui.chat.markdown_parts import LONG, TablePart, TextPart, parts_of
from tui.chat.run_view import notable
from tui.chat.slash import BY_NAME, COMMANDS, Names, named, offers, question_of, without_marks
from tui.chat.widgets.help import KEYS
from tui.chat.widgets.text import clean_markdown, safe
from tui.layouts.result_tables import tables_of

NAMES = Names.of(["VAV1", "VAV2", "IL2", "CD28"], ["Schmidt IFNG", "other"], ["tcell"])


def test_a_slash_is_completed_by_its_beginning_and_an_exact_name_comes_first():
    assert [one.text for one in offers("/gr", NAMES)] == ["/grade "]
    assert offers("/new", NAMES)[0].text == "/new "
    assert len(offers("/", NAMES)) == len(BY_NAME)


@pytest.mark.parametrize(
    ("before", "texts"),
    [
        ("what of @va", ["what of @VAV1 ", "what of @VAV2 "]),
        ("@tce", ["@tcell "]),
        ("compare @schm", ['compare @"Schmidt IFNG" ']),
        ("mail a@va", []),
        ("/gene", ["/gene "]),
        ("/gene VAV1", []),
        ("nothing here", []),
    ],
)
def test_at_completes_genes_screens_and_campaigns(before, texts):
    assert [one.text for one in offers(before, NAMES)] == texts


def test_marks_of_known_names_are_taken_off_before_a_question_is_asked():
    question = 'Compare @"Schmidt IFNG" and @other for @VAV1, not @nobody.'
    assert without_marks(question, NAMES) == 'Compare "Schmidt IFNG" and "other" for VAV1, not @nobody.'


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("/propose", "Propose the next round."),
        ("/propose 64", "Propose the next round of 64 genes."),
        ("/gene VAV1", "What do we know of the gene VAV1?"),
        ("/gene", ""),
        ('/screens "odd one"', 'Show screen "odd one".'),
        ("/theme dark", ""),
    ],
)
def test_a_slash_command_asks_its_question_or_needs_more(typed, question):
    name, given = named(typed)
    assert question_of(BY_NAME[name], given) == question


def test_a_history_is_walked_through_and_gives_the_draft_back(tmp_path):
    history = History()
    history.add("first of this process")
    history.keep_in(tmp_path / "deep" / "history.jsonl")
    history.add("second\nwith a line")
    assert history.back("a draft") == "second\nwith a line"
    assert history.back("") == "first of this process"
    assert history.back("") is None
    assert history.forth() == "second\nwith a line"
    assert history.forth() == "a draft"
    later = History()
    later.keep_in(tmp_path / "deep" / "history.jsonl")
    assert later.back("") == "second\nwith a line"
    assert (tmp_path / "deep" / "history.jsonl").stat().st_mode & 0o077 == 0


def test_tables_are_taken_out_of_markdown_but_not_out_of_code():
    text = "Before.\n\n| gene | p |\n|---|---:|\n| **A** | 0.5 |\n| B \\| C |\n\nAfter.\n```\n| x | y |\n|---|---|\n```"
    first, table, last = parts_of(text)
    assert first == TextPart("Before.")
    assert table == TablePart(("gene", "p"), (False, True), (("A", "0.5"), ("B | C", "")))
    assert isinstance(last, TextPart)
    assert "| x | y |" in last.text


def test_long_text_is_broken_where_a_block_begins_and_nowhere_else():
    items = [f"- item {i}" for i in range(60)]
    parts = parts_of("\n".join(items))
    assert [len(part.text.splitlines()) for part in parts] == [LONG, LONG, 60 - 2 * LONG]
    assert "\n".join(part.text for part in parts) == "\n".join(items)
    assert not any(part.gap for part in parts)
    paragraphs = [*items[:LONG], "  continued", "", "A paragraph.", "Its second line."]
    first, second = parts_of("\n".join(paragraphs))
    assert first.text.endswith("continued")
    assert second == TextPart("A paragraph.\nIts second line.", gap=True)
    code = "```\n" + "\n".join(["x = 1", ""] * LONG) + "```"
    assert len(parts_of(code)) == 1


def test_any_result_becomes_tables():
    value = {"campaign": "tcell", "expected": {"mean": 2.5}, "nominations": [{"gene": "A", "p": 0.5}, {"gene": "B"}]}
    head, listed = tables_of(value)
    assert head.rows == (("campaign", "tcell"), ("expected · mean", 2.5))
    assert [column.title for column in listed.columns] == ["gene", "p"]
    assert listed.columns[1].right
    assert listed.rows == (("A", 0.5), ("B", None))
    assert tables_of(None) == []


def test_grades_and_the_places_they_fill_are_told_without_opening_a_card():
    graded = notable("campaign_grade", {"reason": "upstream"}, {"perturbation": "VAV1", "grade": 3.0, "notes": ["ok"]})
    assert graded == ("VAV1: grade 3 – upstream", "ok")
    nominations = [{"perturbation": f"G{i}", "by": "grade" if i < 2 else "computed", "grade": 4} for i in range(5)]
    assert notable("campaign_propose", {}, {"nominations": nominations}) == (
        "2 of 5 places filled by grades: G0 (4), G1 (4)",
    )
    assert notable("judge_round", {}, {"shortlist": {"nominations": nominations}})[0].startswith("2 of 5 places")


def test_the_documentation_lists_the_keys_and_commands_of_the_help():
    page = (Path(__file__).parents[3] / "docs" / "chat.md").read_text(encoding="utf-8")
    for key, does in KEYS:
        assert f"| {key} | {does} |" in page
    for command in COMMANDS:
        assert f"/{command.name}" in page


HOSTILE = "TP53[/b][@click=app.quit]\x1b]52;c;aGFjaw==\x07\x1b[2J\x9b31m\u202eevil\u200b\x85"


def test_text_from_data_has_no_markup_and_nothing_that_a_terminal_acts_on():
    shown = safe(HOSTILE)
    assert shown.plain == "TP53[/b][@click=app.quit]evil "
    assert shown.spans == []


@pytest.mark.parametrize("entity", ["&#x202e;", "&#8203;", "&#x1b;", "&rlm;", "&ZeroWidthSpace;", "&#x9b;"])
def test_entities_that_would_become_control_characters_never_do(entity):
    from tui.chat.widgets.safe_markdown import SafeMarkdown

    assert clean_markdown(f"a{entity}b &lt; c") == "ab &lt; c"
    console = Console(width=60, force_terminal=True, color_system="truecolor")
    with console.capture() as captured:
        console.print(SafeMarkdown(f"a{entity}b <b>html</b> [x](https://example.org) {HOSTILE}"))
    shown = captured.get()
    assert "<b>html</b>" in shown
    assert "\x1b]" not in shown
    assert not set(shown) & set("\x07\x9b\u202e\u200b\u200f\x85")
