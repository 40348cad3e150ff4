"""Exit codes, streams, JSON and messages of real runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

WRONG_USAGE = [
    ["nope"],
    ["gene"],
    ["gene", "IL2", "--nope"],
    ["gene", "IL2", "--organism", "yeast"],
    ["gene", "IL2", "--store"],
    ["evidence"],
    ["screen", "add", "file.csv"],
    ["screen", "add", "file.csv", "--phenotype", "p", "--side", "left"],
    ["screen", "add", "file.csv", "--phenotype", "p", "--map", "gene"],
    ["screen", "show"],
    ["campaign", "start", "a"],
    ["campaign", "grade", "--gene", "IL2", "--grade", "5", "--reason", "r"],
    ["campaign", "export"],
    ["campaign", "record", "a", "b", "c"],
    ["shortlist", "--phenotype", "p", "--size", "0"],
    ["replay"],
    ["replay", "plain", "--rounds", "0"],
    ["benchmark", "biodiscovery", "--pool", "some"],
    ["demo", "--seeds", "0"],
    ["doctor", "--nope"],
    ["fetch", "--mirror"],
]
REFUSED = [
    (["gene", "NOSUCHGENE"], "not-found"),
    (["evidence", "effect:999:IL2"], "not-found"),
    (["evidence", "nonsense"], "invalid-value"),
    (["screen", "show", "nope"], "not-found"),
    (["screen", "remove", "nope"], "not-found"),
    (["screen", "add", "missing.csv", "--phenotype", "p"], "refused-file"),
    (["campaign", "show", "nope"], "not-found"),
    (["campaign", "propose"], "not-found"),
    (["campaign", "confirm"], "not-found"),
    (["campaign", "review"], "not-found"),
    (["campaign", "export", "--out", "x.csv"], "not-found"),
    (["campaign", "record", "x.csv"], "not-found"),
    (["campaign", "exclude", "--genes", "IL2", "--reason", "r"], "not-found"),
    (["campaign", "grade", "--gene", "IL2", "--grade", "3", "--reason", "r"], "not-found"),
    (["campaign", "question"], "not-found"),
    (["campaign", "start", "a", "--phenotype", "p", "--library", "nope"], "not-found"),
    (["shortlist", "--phenotype", "p", "--library", "plain", "--size", "500"], "invalid-value"),
    (["fetch", "nope"], "not-found"),
    (["fetch", "hgnc", "--mirror", "nowhere"], "invalid-value"),
    (["replay", "nope"], "not-found"),
    (["replay", "plain", "--predictor", "nope"], "not-found"),
    (["benchmark", "biodiscovery", "--data", "nowhere"], "not-found"),
]


def named(case):
    return " ".join(case[0] if isinstance(case, tuple) else case)


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=named)
def test_wrong_usage_exits_with_2_and_text_on_stderr_even_with_json(cli, arguments):
    result = cli("--json", *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Error:" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("arguments", "kind"), REFUSED, ids=named)
def test_a_refusal_exits_with_1_and_says_as_json_what_would_work(cli, arguments, kind):
    result = cli(*arguments, "--json")
    assert result.returncode == 1, result.stderr
    error = json.loads(result.stdout)["error"]
    assert set(error) == {"kind", "message", "suggestion"}
    assert error["kind"] == kind, error
    assert error["message"]
    assert error["suggestion"]
    assert "Traceback" not in result.stdout + result.stderr


def test_a_refusal_for_people_is_on_stderr_alone(cli):
    result = cli("screen", "show", "plian")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert "plain" in result.stderr


def test_json_before_and_after_the_command_are_the_same(cli):
    before, after = cli("--json", "screen", "list"), cli("screen", "list", "--json")
    assert before.returncode == after.returncode == 0
    assert json.loads(before.stdout) == json.loads(after.stdout)
    assert [one["screen"]["name"] for one in json.loads(before.stdout)] == ["odd", "plain"]


def test_store_after_the_command_wins_over_the_environment(cli, tmp_path):
    result = cli("screen", "list", "--store", str(tmp_path / "other.duckdb"), "--json")
    assert result.returncode == 1
    assert str(tmp_path / "other.duckdb") in json.loads(result.stdout)["error"]["message"]


def test_without_a_store_the_message_says_how_to_make_one(bare_cli):
    result = bare_cli("screen", "list")
    assert result.returncode == 1
    assert "hitscout fetch" in result.stderr


def test_version_and_help_are_data(bare_cli):
    version = bare_cli("--version")
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("hitscout ")
    shown = bare_cli("campaign", "start", "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Examples:" in shown.stdout
    assert "discover|validate" in shown.stdout
    assert "--json" in shown.stdout


def test_progress_and_narration_are_on_stderr_and_quiet_ends_them(cli):
    path = cli.folder / "new.csv"
    path.write_text("gene,lfc\nIL2,1.0\nLCK,-2.0\nLAT,0.5\n")
    arguments = ["screen", "add", "new.csv", "--phenotype", "p", "--positive-means", "raises", "--organism", "human"]
    loud = cli(*arguments, "--json")
    assert loud.returncode == 0, loud.stderr
    assert json.loads(loud.stdout)["effects"] == 3
    assert "read new.csv: done" in loud.stderr
    cli("screen", "remove", "new")
    quiet = cli(*arguments, "--json", "--quiet")
    assert quiet.returncode == 0
    assert quiet.stderr == ""


@pytest.mark.slow
def test_a_campaign_goes_from_question_to_review_on_the_command_line(cli):
    started = cli.json("campaign", "start", "tcell", "--phenotype", "IL-2", "--library", "plain", "--size", "4")
    assert started["candidates"] == 12
    assert cli.json("campaign", "question", "--set", "direction=lowers")["direction"] == "lowers"
    assert cli.json("campaign", "exclude", "--genes", "TP53,MYC", "--reason", "toxic")["excluded"] == ["TP53", "MYC"]
    proposed = cli.json("campaign", "propose")
    keys = ["campaign", "round", "seed", "size", "nominations", "expected_hits", "controls", "ignored"]
    assert [key for key in proposed if key != "notes"] == keys
    chosen = [one["perturbation"] for one in proposed["nominations"]]
    assert len(chosen) == 4
    assert {"TP53", "MYC"} & set(chosen) == set()
    assert cli.json("campaign", "grade", "--gene", chosen[0], "--grade", "3", "--reason", "known")["grade"] == 3.0
    assert cli.json("campaign", "confirm")["round"] == 1
    assert cli.json("campaign", "export", "--out", "order.csv")["rows"] == 5
    assert (cli.folder / "order.csv").is_file()
    rows = "".join(f"{gene},{-1.0 - i}\n" for i, gene in enumerate(chosen))
    (cli.folder / "results.csv").write_text(f"gene,lfc\n{rows}Non-Targeting,0.1\nNon-Targeting,-0.1\n")
    recorded = cli.json("campaign", "record", "tcell", "results.csv", "--positive-means", "raises")
    assert recorded["measured"] == 4
    assert cli.json("campaign", "review")["rounds"][0]["measured"] == 4
    assert [one["name"] for one in cli.json("campaign", "list")] == ["tcell"]
    shown = cli("campaign", "show")
    assert shown.returncode == 0
    assert chosen[0] in shown.stdout


def test_shortlist_writes_its_file_and_says_where(cli):
    result = cli("shortlist", "--phenotype", "IL-2", "--library", "plain", "--size", "5", "--out", "next.csv")
    assert result.returncode == 0, result.stderr
    assert "next.csv" in result.stderr
    lines = (cli.folder / "next.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["rank", "1", "2", "3", "4", "5", ""]
    assert lines[-1].startswith(",non-targeting,")


def test_tables_of_every_reading_command_stand_in_sixty_columns(cli):
    for arguments in (
        ["screen", "list"],
        ["screen", "show", "plain"],
        ["gene", "IL2"],
        ["fetch", "--list"],
        ["doctor"],
    ):
        result = cli(*arguments, COLUMNS="60")
        assert result.returncode in (0, 1), result.stderr
        assert result.stdout
        assert max(len(line) for line in result.stdout.splitlines()) <= 60, arguments


def test_a_reader_that_goes_away_ends_the_program_quietly(cli):
    command = [sys.executable, "-P", "-m", "hitscout", "fetch", "--list", "--json"]
    process = subprocess.Popen(
        command, cwd=cli.folder, env=cli.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""


UNEXPECTED = """
import sys
import tools.genes.card
def broken(*_):
    raise RuntimeError("first line\\nsecond line")
tools.genes.card.gene_card = broken
from tui.cli.main import run
run(sys.argv[1:])
"""


@pytest.mark.parametrize("as_json", [False, True])
def test_an_unexpected_error_is_one_line_and_a_log_file(cli, tmp_path, as_json):
    command = [sys.executable, "-c", UNEXPECTED, "gene", "IL2", *(["--json"] if as_json else [])]
    result = subprocess.run(command, cwd=cli.folder, env=cli.environment(), capture_output=True, text=True)
    assert result.returncode == 1
    assert "Traceback" not in result.stdout + result.stderr
    logs = list((tmp_path / "home" / "data" / "logs").glob("*.log"))
    assert len(logs) == 1
    assert "RuntimeError: first line" in logs[0].read_text()
    assert "hitscout gene IL2" in logs[0].read_text()
    told = json.loads(result.stdout)["error"] if as_json else {}
    assert told.get("kind", "unexpected") == "unexpected"
    assert str(logs[0]) in (told["suggestion"] if as_json else result.stderr)


INTERRUPTED = """
import time, multiprocessing
import tools.genes.card
def slow(*_):
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(300,))
    child.start()
    print(child.pid, flush=True)
    time.sleep(300)
tools.genes.card.gene_card = slow
from tui.cli.main import run
run(["gene", "IL2"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_exits_with_130_and_leaves_no_worker(cli, number):
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], cwd=cli.folder, env=cli.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    worker = int(process.stdout.readline())
    process.send_signal(number)
    assert process.wait(30) == 130
    assert process.stderr.read() == "Interrupted.\n"
    time.sleep(0.2)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
