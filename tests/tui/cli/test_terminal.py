"""What reaches a real terminal: nothing hostile, no colours where they are not wanted."""

from __future__ import annotations

import re

import pytest

STYLE = re.compile(r"\x1b\[[0-9;]*m")
PROGRESS = re.compile(r"\x1b\[(?:\?25[lh]|[0-9]*[ABCDK]|2K)")
HOSTILE_CHARACTERS = re.compile(r"[\x00-\x06\x07\x08\x0e-\x1a\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def without_styles(text: str) -> str:
    return PROGRESS.sub("", STYLE.sub("", text))


@pytest.mark.parametrize("arguments", [["screen", "list"], ["screen", "show", "odd"], ["gene", "IL2"]], ids=" ".join)
def test_hostile_names_come_out_harmless_in_tables(cli, arguments):
    code, seen = cli.in_terminal(*arguments, columns=200)
    assert code == 0, seen
    plain = without_styles(seen)
    assert "\x1b" not in plain
    assert not HOSTILE_CHARACTERS.search(plain)
    assert "[/b][@click=app.quit]" in plain, "markup is text, not an action"
    assert "aGFjaw" not in plain, "an escape sequence goes with its payload"


def test_hostile_names_come_out_harmless_in_messages(cli):
    code, seen = cli.in_terminal("gene", "IL2\x1b]0;owned\x07[red]\u202e")
    assert code == 1
    assert not HOSTILE_CHARACTERS.search(without_styles(seen))
    assert "\x1b" not in without_styles(seen)
    assert "[red]" in seen


def test_json_in_a_terminal_is_plain_ascii(cli):
    code, seen = cli.in_terminal("screen", "list", "--json", "--quiet")
    assert code == 0
    assert seen.isascii()
    assert "\x1b" not in seen


def test_a_terminal_gets_styles_and_no_color_takes_them_away(cli):
    _, styled = cli.in_terminal("screen", "list")
    assert STYLE.search(styled)
    _, plain = cli.in_terminal("screen", "list", NO_COLOR="1")
    assert "\x1b" not in plain
    assert "plain" in plain
    _, dumb = cli.in_terminal("screen", "list", TERM="dumb")
    assert "\x1b" not in dumb


def test_a_pipe_gets_no_styles(cli):
    assert "\x1b" not in cli("screen", "list").stdout


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal(cli, columns):
    _, seen = cli.in_terminal("screen", "list", columns=columns, NO_COLOR="1")
    assert max(len(line) for line in seen.replace("\r", "").split("\n")) <= columns
