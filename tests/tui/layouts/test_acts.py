"""Acts are named as a script writes them, and said in the words of the command line and of the chat."""

from __future__ import annotations

import pytest

import tools
from db.acts import ANY, COLUMN, FILE, NAME, PATH, Word, act, option
from tui.chat.slash import COMMANDS as SLASH_COMMANDS
from tui.cli.main import commands_by_tool
from tui.layouts.acts import COMMANDS, SLASHES, in_chat, in_commands

ACTS = [
    (act("fetch", ["hgnc", "gobp"]), "`fetch(['hgnc', 'gobp'])`", "`hitscout fetch hgnc gobp`"),
    (act("screen_remove", "my screen"), "`screen_remove('my screen')`", "`hitscout screen remove 'my screen'`"),
    (act("campaign_close", NAME, reopen=True), "`campaign_close(NAME, reopen=True)`",
     "`hitscout campaign close NAME --reopen`"),
    (act("campaign_start", NAME, phenotype=ANY), "`campaign_start(NAME, phenotype=...)`",
     '`hitscout campaign start NAME --phenotype "…"`'),
    (act("add_screen", FILE, where={"screen": "CD4+ IL2"}), "`add_screen(FILE, where={'screen': 'CD4+ IL2'})`",
     "`hitscout screen add FILE --where 'screen=CD4+ IL2'`"),
    (act("mend"), "`mend()`", "`hitscout doctor --mend`"),
    (act("list_packs"), "`list_packs()`", "`hitscout fetch --list`"),
    (option(size=5), "`size=5`", "--size 5"),
    (option(columns={"gene": COLUMN}), "`columns={'gene': COLUMN}`", "--map gene=COLUMN"),
    (option(hit_rule="top 5%"), "`hit_rule='top 5%'`", "--hit-rule 'top 5%'"),
    (option(max_cost=0.5), "`max_cost=0.5`", "--max-cost 0.5"),
    (option(max_cost=Word("3.00")), "`max_cost=3.00`", "--max-cost 3.00"),
    (option("positive_means"), "`positive_means=`", "--positive-means"),
    (option(accept_licence=True), "`accept_licence=True`", "--accept-licence"),
    (option(controls=False), "`controls=False`", "--no-controls"),
    (option(phenotype=Word('"IFNG production"')), '`phenotype="IFNG production"`', '--phenotype "IFNG production"'),
    (option(store_path=PATH), "`store_path=PATH`", "--store PATH"),
    (option(columns={"gene": COLUMN, "estimate": "log2 fold"}), "`columns={'gene': COLUMN, 'estimate': 'log2 fold'}`",
     "--map gene=COLUMN --map 'estimate=log2 fold'"),
    (act("campaign_record", FILE, name="pilot"), "`campaign_record(FILE, name='pilot')`",
     "`hitscout campaign record pilot FILE`"),
    (act("shortlist", ANY, text=ANY), "`shortlist(..., text=...)`", '`hitscout shortlist "…" --question "…"`'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "script", "command"), ACTS, ids=[script for _, script, _ in ACTS])
def test_an_act_is_said_as_a_script_and_as_a_command_line_writes_it(text, script, command):
    assert text == script
    assert in_commands(f"Say {text} again.") == f"Say {command} again."


def test_the_chat_says_its_own_commands_where_it_has_them():
    assert in_chat(act("screen_list")) == "`/screens`"
    assert in_chat(act("open_evidence", "set:CP:x y")) == "`/evidence 'set:CP:x y'`"
    assert in_chat(act("fetch", ["hgnc"])) == "`hitscout fetch hgnc`"
    assert in_chat(f"Give {option(min_tpm=1)}.") == "Give min tpm 1."
    assert in_chat(f"Name {option('readout_gene')}.") == "Name readout gene."
    assert in_chat(option(flag_essential=True)) == "flag essential"
    assert in_chat(option(store_path=PATH)) == "--store PATH"


def test_other_quotations_and_broken_ones_stay():
    for text in ("`lfc<-1`", "`pip install x`", "`unheard_of(1)`", "`size=)`", "`fetch(`", "size=5"):
        assert in_commands(text) == text
        assert in_chat(text) == text


def test_a_backtick_in_a_name_does_not_end_the_quotation():
    assert in_commands(act("screen_remove", "a`b")) == "`hitscout screen remove 'a`b'`"
    assert in_commands(option(columns={"gene": "`x`"})) == "--map 'gene=`x`'"


@pytest.mark.parametrize(
    "given",
    [
        "`fetch()`", "`size=40`", "/tmp/no`x=1`.csv", "b`fetch()`", "effect:3:`mend()`", "a `fetch()` b", "(`size=40`)",
        "it's `mend()`", 'say "`fetch()`" twice', "x `size=40`.",
    ],
)  # fmt: skip
def test_what_a_user_gave_is_repeated_as_it_was(given):
    for text in (f"There is no gene {given!r}.", f"No gene is named {given!r}. Say {act('mend')}."):
        assert given in in_commands(text)
        assert given in in_chat(text)


def test_an_apostrophe_in_prose_hides_no_act():
    said = in_commands(f"The campaign's list isn't the users' own: {act('mend')}, and the genes' {option(size=5)}.")
    assert said == "The campaign's list isn't the users' own: `hitscout doctor --mend`, and the genes' --size 5."


def test_every_tool_is_said_as_the_command_that_calls_it():
    by_tool = commands_by_tool()
    assert {name for name in tools.names() if name not in COMMANDS} == set()
    differing = {tool: command for tool, command in by_tool.items() if COMMANDS[tool].split(" --")[0] != command}
    assert differing == {}


def test_every_slash_that_is_said_is_one_of_the_chats():
    assert set(SLASHES.values()) <= {f"/{slash.name}" for slash in SLASH_COMMANDS}
    assert set(SLASHES) <= set(tools.names())
