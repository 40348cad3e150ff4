"""What stands after a campaign's verb: the campaign where the store has one of that name, else a gene or a file."""

from __future__ import annotations

import json
import shutil

import pytest

from db.store import Store
from tests.store_copy import copied
from tests.tui.conftest import Cli

START = ("--phenotype", "IL-2", "--library", "plain", "--size", "4")


@pytest.fixture(scope="module")
def _three(_filled_store, _warm, tmp_path_factory):
    """Campaigns tcell and MYC (which is a gene's name too), both with an open round, and quiet, which is closed."""
    folder = tmp_path_factory.mktemp("three")
    store = copied(_filled_store, folder / "three.duckdb")
    cli = Cli(store.path, folder, _warm)
    for name in ("quiet", "tcell", "MYC"):
        cli.json("campaign", "start", name, *START)
        cli.json("campaign", "propose", name, "--predictor", "mean_baseline")
    cli.json("campaign", "close", "quiet")
    return store


@pytest.fixture(scope="module")
def _one(_three, _warm, tmp_path_factory):
    cli = on_copy(_three, tmp_path_factory.mktemp("one"), _warm)
    cli.json("campaign", "close", "MYC")
    return Store(cli.store)


def on_copy(store: Store, folder, warm) -> Cli:
    own = copied(store, folder / "own.duckdb")
    work = folder / "work"
    work.mkdir()
    return Cli(own.path, work, warm)


@pytest.fixture
def both(_three, _warm, tmp_path) -> Cli:
    return on_copy(_three, tmp_path, _warm)


@pytest.fixture
def single(_one, _warm, tmp_path) -> Cli:
    """The same where tcell is the only open campaign."""
    return on_copy(_one, tmp_path, _warm)


def refusal(cli, *arguments):
    result = cli(*arguments, "--json")
    assert result.returncode == 1, result.stdout + result.stderr
    return json.loads(result.stdout)["error"]


def usage(cli, *arguments):
    result = cli(*arguments)
    assert result.returncode == 2, result.stdout + result.stderr
    return " ".join(result.stderr.split())


EXCLUDED = [
    (["TP53"], "tcell", ["TP53"]),
    (["TP53", "JAK1"], "tcell", ["TP53", "JAK1"]),
    (["TP53,JAK1"], "tcell", ["TP53", "JAK1"]),
    (["TP53,", "JAK1"], "tcell", ["TP53", "JAK1"]),
    (["tcell", "TP53"], "tcell", ["TP53"]),
    (["TCell", "TP53", "JAK1"], "tcell", ["TP53", "JAK1"]),
    (["--genes", "TP53"], "tcell", ["TP53"]),
    (["tcell", "--genes", "TP53,JAK1"], "tcell", ["TP53", "JAK1"]),
    (["TP53", "--genes", "JAK1"], "tcell", ["TP53", "JAK1"]),
    (["MYC"], "tcell", ["MYC"]),
    (["tcell", "MYC"], "tcell", ["MYC"]),
]


@pytest.mark.parametrize(("words", "campaign", "genes"), EXCLUDED, ids=lambda value: " ".join(value))
def test_genes_are_excluded_from_the_campaign_that_is_meant(single, words, campaign, genes):
    done = single.json("campaign", "exclude", *words, "--reason", "no guides left")
    assert (done["campaign"], done["excluded"]) == (campaign, genes)


def test_a_word_that_is_a_campaign_and_a_gene_is_asked_about(single):
    asked = refusal(single, "campaign", "exclude", "MYC", "TP53", "--reason", "toxic")
    assert (asked["kind"], "a campaign and a gene" in asked["message"]) == ("needs-choice", True)
    assert "--genes" in asked["suggestion"]
    single.json("campaign", "close", "MYC", "--reopen")
    # As the suggestion says.
    assert single.json("campaign", "exclude", "MYC", "--genes", "TP53", "--reason", "toxic")["campaign"] == "MYC"
    done = single.json("campaign", "exclude", "tcell", "--genes", "MYC,TP53", "--reason", "toxic")
    assert (done["campaign"], done["excluded"]) == ("tcell", ["MYC", "TP53"])


@pytest.mark.parametrize("more", [["TP53"], ["--genes", "TP53"]])
def test_genes_of_a_misspelt_campaign_go_to_no_other(single, more):
    error = refusal(single, "campaign", "exclude", "tcel", *more, "--reason", "toxic")
    assert error["message"] == "'tcel' is neither a campaign nor a gene."
    assert error["suggestion"] == "Did you mean campaign tcell?"
    assert single.json("campaign", "show")["excluded"] == 0


def test_genes_without_a_campaign_are_refused_where_two_are_open(both):
    assert refusal(both, "campaign", "exclude", "TP53", "--reason", "toxic")["kind"] == "needs-choice"
    assert both.json("campaign", "exclude", "tcell", "TP53", "--reason", "toxic")["excluded"] == ["TP53"]


def test_a_round_is_exported_to_the_file_that_is_named(single):
    for words in (["a.csv"], ["tcell", "b.xlsx"], ["--out", "c.tsv"], ["tcell", "--out", "d.md"], ["MYC", "e.csv"]):
        done = single.json("campaign", "export", *words)
        assert done["rows"] == 5
        assert (single.folder / done["path"]).is_file()
    assert single.json("campaign", "export", "plain", "--format", "csv")["format"] == "csv"


WRONG = [
    (["exclude", "--reason", "r"], "Name the genes"),
    (["exclude", "tcell", "--reason", "r"], "Name the genes"),
    (["exclude", "TP53"], "--reason"),
    (["export"], "Name the file"),
    (["export", "tcell"], "tcell is a campaign: give the FILE after it"),
    (["export", "tcell", "--format", "csv"], "tcell is a campaign"),
    (["export", "tcell", "a.csv", "--out", "b.csv"], "given twice"),
    (["export", "a", "b", "c"], "3 words were given"),
    (["record", "tcell"], "tcell is a campaign: give the FILE after it"),
    (["explain", "tcell"], "tcell is a campaign: give the GENE after it"),
    (["why-not", "tcell"], "tcell is a campaign: give the GENE after it"),
    (["why-not"], "Missing argument"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_is_no_use_is_wrong_usage(single, words, said):
    assert said in usage(single, "campaign", *words)


def test_a_campaign_stands_before_what_is_done_with_it(single):
    for verb, word in (("export", "a.csv"), ("record", "a.csv"), ("explain", "TP53"), ("why-not", "TP53")):
        error = refusal(single, "campaign", verb, word, "tcell")
        assert error["suggestion"] == f"The campaign stands first: tcell {word}."
        assert refusal(single, "campaign", verb, "nope", word)["message"] == "There is no campaign 'nope'."


def test_a_gene_is_explained_in_the_campaign_that_is_meant(single):
    for verb in ("explain", "why-not"):
        assert single.json("campaign", verb, "TP53")["campaign"] == "tcell"
        assert single.json("campaign", verb, "tcell", "TP53")["perturbation"] == "TP53"
        # A gene where it stands alone, a campaign where a gene follows.
        assert single.json("campaign", verb, "MYC")["campaign"] == "tcell"
        assert single.json("campaign", verb, "MYC", "TP53")["campaign"] == "MYC"


def test_results_are_recorded_from_a_file_with_or_without_the_campaign(single):
    chosen = [one["perturbation"] for one in single.json("campaign", "confirm", "tcell")["nominations"]]
    rows = "".join(f"{gene},{-1.0 - i}\n" for i, gene in enumerate(chosen))
    (single.folder / "tcell").write_text(f"gene,lfc\n{rows}Non-Targeting,0.1\nNon-Targeting,-0.1\n")
    shutil.copyfile(single.folder / "tcell", single.folder / "results.csv")
    for words in (["results.csv"], ["tcell", "results.csv"], ["tcell"]):
        assert single.json("campaign", "record", *words, "--positive-means", "raises")["measured"] == 4
