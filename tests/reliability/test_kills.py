"""Every writing command is killed at random times; nothing that was acknowledged is lost, and nothing is half there."""

from __future__ import annotations

import hashlib
import http.server
import shutil
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.reliability.kill_world import STEPS, Laboratory, brief, load_everything, write_files
from tests.store_copy import copied
from tests.tools.conftest import GENES
from tools.packs import catalogue
from tools.packs.definition import HttpsFile, Pack
from tools.packs.loaders.base import LoadStep

SETS = "".join(f"SET_{n}\tx\t" + "\t".join(GENES[n : n + 9]) + "\n" for n in range(30)).encode()


@pytest.fixture
def small_pack(tmp_path, monkeypatch):
    """A pack of gene sets, served on this machine, beside the packs of the catalogue."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "small.gmt").write_bytes(SETS)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(served)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/small.gmt"
    file = HttpsFile("owner/name", "0" * 40, "small.gmt", hashlib.sha256(SETS).hexdigest(), len(SETS), url)
    step = LoadStep("gene_sets", ("small.gmt",), {"layout": "gmt", "collection": "small"})
    pack = Pack("small", "t", False, "", "small", "CC0", "", True, "c", "", (file,), (step,))
    known = catalogue.read_packs()
    monkeypatch.setattr(catalogue, "read_packs", lambda: (*known, pack))
    yield pack
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):  # noqa: A002 - the name of the base class
        pass


@pytest.fixture
def laboratory(_named_store, tmp_path) -> Laboratory:
    """A home with gene names and no screen."""
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    copied(_named_store, home / "data" / "store.duckdb")
    return Laboratory(home)


@pytest.mark.parametrize("times", [pytest.param(1, id="a tenth"), pytest.param(10, id="all", marks=pytest.mark.slow)])
def test_a_killed_command_is_done_or_not_done_and_ends_well_when_it_is_given_again(
    laboratory, small_pack, tmp_path, figure, times
):
    load_everything()
    files = tmp_path / "files"
    files.mkdir()
    write_files(files)
    rng = np.random.default_rng(20260101 + times)
    seen = {"kills": 0, "whole": 0, "nothing": 0, "acknowledged": 0, "unfinished": 0}
    for step in STEPS:
        if step.name == "encode":
            # Not earlier: a fetch would encode too, in a write of its own.
            laboratory.encoder()
        before_home = tmp_path / "before"
        shutil.rmtree(before_home, ignore_errors=True)
        shutil.copytree(laboratory.home, before_home)
        before = brief(laboratory.store)
        code, said, seconds = laboratory.run(step.words, files)
        assert code in (0, 1) and (code == 0 or step.name == "mend"), f"{step.name}: {said}"
        after = brief(laboratory.store)
        assert step.name in ("mend", "propose again") or before != after, f"{step.name} changes nothing"
        for _ in range(times):
            trial = Laboratory(tmp_path / "trial", before_home)
            moment = float(rng.uniform(0.0, 1.05 * seconds))
            _tried(trial, step, files, moment, before, after, seen)
    assert seen["kills"] + seen["acknowledged"] == times * len(STEPS)
    figure(f"{seen['kills']} kills over {len(STEPS)} writing commands: {seen['whole']} writes were whole,"
           f" {seen['nothing']} not begun, 0 partial, {seen['unfinished']} unfinished in the manifest;"
           f" {seen['acknowledged']} were done before the kill, and kept")  # fmt: skip


def _tried(trial: Laboratory, step, files: Path, moment: float, before: str, after: str, seen: dict[str, int]) -> None:
    where = f"{step.name}, killed after {moment:.3f} s"
    code, said, _ = trial.run(step.words, files, kill_after=moment)
    found = brief(trial.store)
    assert found in (before, after), f"{where}: a part of it is there"
    if code >= 0:
        seen["acknowledged"] += 1
        assert found == after, f"{where}: it was acknowledged, and is lost: {said}"
    else:
        seen["kills"] += 1
        seen["whole" if found == after else "nothing"] += 1
    problems = trial.store.verify()
    seen["unfinished"] += bool(problems)
    assert {problem.kind for problem in problems} <= {"unfinished"}, f"{where}: {problems}"
    code, said, _ = trial.run(step.words, files)
    done_before = step.gone and found == after and code == 1 and ("There is no" in said or "There are no" in said)
    assert code == 0 or done_before or step.name == "mend", f"{where}, given again: {code} {said}"
    assert "Traceback" not in said
    assert "should have foreseen" not in said
    assert brief(trial.store) == after, f"{where}: given again, it is not what it is when done once"
    if found == after:
        # Else the command was done as it always is. This one wrote nothing, so that the first try must be in order.
        trial.store.mend()
        assert trial.store.verify() == []
    assert not [path for path in (trial.home / "data").iterdir() if path.name.endswith((".wal", ".tmp"))], where
