"""Refusals as an assistant reads them: no content of files, no folder, and below ``rows`` no data of the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.binding import Toolbox, all_tools
from agent.privacy.refusals import names_a_file, told
from agent.serialising import fenced_page
from agent.settings import SHARES
from db.errors import ConflictError
from tests.campaign_world import new_workspace, started

SECRETS = ("passwort", "zahl9", "GEHEIM7", "TOPSECRET", "4711")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    place = new_workspace(tmp_path_factory.mktemp("world"), bare=True)
    started(place)
    return place


@pytest.fixture
def secret(tmp_path) -> Path:
    path = tmp_path / "a folder" / "list.csv"
    path.parent.mkdir()
    path.write_text("passwort,zahl9\nGEHEIM7,4711\nTOPSECRET,abc\n", encoding="utf-8")
    return path


READING = [
    ("predict_hits", {"phenotype": "cytokine", "genes": ["GENE0100"]}, "library"),
    ("predict_hits", {"phenotype": "cytokine", "genes": ["GENE0100"]}, "measured"),
    ("over_representation", {"genes": ["GENE0100"]}, "background"),
    ("over_representation", {}, "screen"),
    ("screen_show", {}, "name"),
    ("screen_compare", {"first": "alpha"}, "second"),
    ("resolve_genes", {}, "genes"),
    ("replay", {"rounds": 1}, "screens"),
    ("benchmark_suite", {"rounds": 1}, "screens"),
    ("open_evidence", {}, "evidence_id"),
    ("sql_tables", {}, "table"),
]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(("tool", "others", "named"), READING, ids=lambda one: one if isinstance(one, str) else "")
def test_a_reading_tool_opens_no_file_at_an_assistants_wish(tool, others, named, share, world, secret, monkeypatch):
    monkeypatch.chdir(secret.parent)
    for spelled in (str(secret), secret.name, f"./{secret.name}", f"@{secret}"):
        value = [spelled] if named in ("genes", "screens") else spelled
        called = Toolbox(world, share=share).perform(all_tools()[tool], "1", {**others, named: value})
        assert not [word for word in SECRETS if word in called.text], called.text
        assert not [word for word in SECRETS if word in called.message], called.message
        assert str(secret.parent) not in called.text


def test_the_same_file_is_read_for_a_person(world, secret):
    from db.errors import HitscoutError

    with pytest.raises(HitscoutError, match="passwort"):
        all_tools()["predict_hits"](world, ["GENE0100"], phenotype="cytokine", measured="alpha", library=str(secret))


def test_what_is_there_is_not_told_from_what_is_not(world, secret):
    def said(path) -> str:
        arguments = {"phenotype": "cytokine", "genes": ["GENE0100"], "library": str(path)}
        return Toolbox(world).perform(all_tools()["predict_hits"], "1", arguments).text

    assert said(secret) == said(secret.with_name("none.csv")).replace("none.csv", "list.csv")


WRITING = [
    ("add_screen", {"phenotype": "x"}, "path"),
    ("add_screen", {"phenotype": "x", "columns": {"gene": "nope"}}, "path"),
    ("add_replicate", {"screen": "alpha"}, "path"),
    ("campaign_record", {}, "file"),
    ("campaign_start", {"name": "two", "phenotype": "x", "library": "alpha"}, "measured"),
    ("campaign_start", {"name": "two", "phenotype": "x"}, "library"),
    ("campaign_start", {"name": "two", "phenotype": "x", "library": "alpha"}, "exclude"),
    ("campaign_start", {"name": "two", "phenotype": "x", "library": "alpha"}, "expressed"),
    ("add_responses", {"name": "r"}, "path"),
    ("add_perturb_seq", {"phenotype": ""}, "path"),
]


@pytest.mark.parametrize(("tool", "others", "named"), WRITING, ids=lambda one: one if isinstance(one, str) else "")
def test_the_refusal_of_a_file_says_what_is_wrong_and_quotes_nothing_of_it(tool, others, named, secret, tmp_path):
    place = new_workspace(tmp_path, bare=True)
    started(place)
    value = str(secret) if named in ("measured", "library") else secret
    called = Toolbox(place).perform(all_tools()[tool], "1", {**others, named: value})
    told = called.text
    if called.outcome == "done":
        told = fenced_page(tool, called.value, "summaries", called.page)
    else:
        assert len(told.split()) > 6
        assert called.message
    assert not [word for word in SECRETS if word in told], told
    assert str(tmp_path) not in told


def test_a_person_reads_the_refusal_of_a_file_in_full(world, secret):
    arguments = {"path": secret, "phenotype": "x"}
    called = Toolbox(world).perform(all_tools()["add_screen"], "1", arguments)
    assert "passwort" in called.message
    assert "passwort" in called.summary
    assert "list.csv" in called.text
    assert "`columns={'gene': COLUMN, 'estimate': COLUMN}`" in called.text


QUERIES = [
    ("SELECT CAST(perturbation AS INTEGER) FROM effects", "Conversion Error"),
    ("SELECT error(perturbation) FROM effects", "Invalid Input Error"),
    ("SELECT error('LINE 1: ' || perturbation) FROM effects", "Invalid Input Error"),
    ("SELECT CAST(perturbation AS DATE) FROM effects", "Conversion Error"),
]


@pytest.mark.parametrize(("sql", "kind"), QUERIES)
def test_a_failed_query_is_told_by_kind_and_place_below_rows(sql, kind, world):
    for share in ("names", "summaries"):
        called = Toolbox(world, share=share).perform(all_tools()["sql_query"], "1", {"sql": sql})
        assert called.outcome == "refused"
        assert "GENE0" not in called.text
        assert kind in called.text
    whole = Toolbox(world, share="rows").perform(all_tools()["sql_query"], "1", {"sql": sql})
    assert "GENE0" in whole.text
    assert "GENE0" in called.message


def test_the_place_of_an_error_is_counted_in_the_query_itself(world):
    called = Toolbox(world, share="names").perform(
        all_tools()["sql_query"], "1", {"sql": "SELECT 1,\n  nope FROM effects"}
    )
    assert "Binder Error in line 2, at character 3." in called.text


def test_below_rows_a_refusal_has_no_measured_number_but_those_of_the_call():
    error = ConflictError("The effect of GENE1 is 1.25 and not 0.5; 3 rows differ.")
    assert told(error, {"estimate": 0.5}, "summaries") == "The effect of GENE1 is … and not 0.5; 3 rows differ."
    assert "1.25" in told(error, {}, "rows")


@pytest.mark.parametrize("share", ["nothing", "names", "summaries"])
def test_a_limit_that_we_state_ourselves_is_told_at_every_level(share, world):
    called = Toolbox(world, share=share).perform(all_tools()["sql_query"], "1", {"sql": "SELECT 1", "seconds": 99.5})
    assert called.text.endswith("99.5 seconds were given for the query. Give 0.5 to 60 seconds.")


LIMIT = 0.125


def _half() -> str:
    return "At most 37.5 % may be"


def refusing(effect: float) -> None:
    raise ConflictError(f"The effect is {effect}; {_half()}, and {LIMIT:.1%} must.", f"Give {LIMIT} to 0.75.")


def test_numbers_of_our_sentences_and_constants_are_ours_and_those_of_data_are_not():
    with pytest.raises(ConflictError) as caught:
        refusing(-0.3251)
    said = told(caught.value, {}, "summaries")
    assert said == "The effect is …; At most 37.5 % may be, and 12.5% must. Give 0.125 to 0.75."


def test_a_refused_file_is_told_with_our_bounds_and_without_its_numbers(world, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("gene,lfc\n" + "".join(f"GENE{at:04},{'x7913' if at > 30 else at}\n" for at in range(40)))
    arguments = {"path": path, "phenotype": "x", "positive_means": "raises"}
    called = Toolbox(world).perform(all_tools()["add_screen"], "1", arguments)
    assert "at most 5 % may be" in called.text
    assert "7913" not in called.text


def test_an_unforeseen_error_is_named_by_its_kind_alone():
    text = told(KeyError("GEHEIM7"), {}, "rows")
    assert "KeyError" in text
    assert "GEHEIM7" not in text


def test_a_call_that_names_a_file_is_known():
    assert names_a_file({"path": Path("x.csv")})
    assert names_a_file({"replicate_files": (Path("x.csv"),)})
    assert names_a_file({"library": "x.csv"})
    assert not names_a_file({"library": "protein-coding", "genes": ["A/B"]})
