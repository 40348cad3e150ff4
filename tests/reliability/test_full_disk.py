"""A full disk: what is so is said, nothing half is left, and a retry does not double.

Where the machine lets an ordinary user mount a small file system, the disk is one; a limit on the length of a file,
which any process may set for itself, is the other way.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.kill_world import write_files

ROOT = Path(__file__).parents[2]
SIZE = "48m"


@pytest.fixture(scope="session")
def can_mount(tmp_path_factory) -> bool:
    """Whether a small file system can be mounted where nobody else sees it."""
    if shutil.which("unshare") is None:
        return False
    folder = tmp_path_factory.mktemp("mount")
    command = f"mount -t tmpfs -o size=64k none {shlex.quote(str(folder))}"
    return subprocess.run(["unshare", "-rm", "sh", "-c", command], capture_output=True).returncode == 0


@pytest.fixture
def on_disk(tmp_path, can_mount):
    """Runs the driver on a disk where so many bytes are left."""

    def run(kind: str, left: int, template: str) -> dict:
        if kind == "tmpfs" and not can_mount:
            pytest.skip("no small file system can be mounted here (unshare -rm)")
        disk, files = tmp_path / "disk", tmp_path / "files"
        disk.mkdir(exist_ok=True)
        files.mkdir(exist_ok=True)
        write_files(files)
        words = [sys.executable, "-m", "tests.reliability.disk_driver", kind, str(disk), str(left), template,
                 str(files / "a.csv")]  # fmt: skip
        if kind == "tmpfs":
            inside = f"mount -t tmpfs -o size={SIZE} none {shlex.quote(str(disk))} && exec {shlex.join(words)}"
            words = ["unshare", "-rm", "sh", "-c", inside]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, env=dict(os.environ))
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    return run


def sizes(ordinary: int, *others: int) -> list:
    """One size for the ordinary suite, five for the slow one."""
    return [ordinary, *(pytest.param(size, marks=pytest.mark.slow) for size in others)]


@pytest.mark.parametrize("kind", ["tmpfs", "limit"])
@pytest.mark.parametrize("left", sizes(5_000, 0, 60_000, 300_000, 700_000))
def test_a_disk_that_is_full_when_the_store_is_made_leaves_nothing(on_disk, kind, left):
    said = on_disk(kind, left, "-")
    if said["made"]:
        assert "No store could be made" in said["made"] or "No store can be made" in said["made"]
        assert "space" in said["made"]
        assert said["left"] == []
    else:
        assert left >= 300_000
    assert (said["made again"], said["problems"]) == ("", [])


@pytest.mark.parametrize("kind", ["tmpfs", "limit"])
@pytest.mark.parametrize("left", sizes(40_000, 0, 4_000, 250_000, 900_000))
def test_a_disk_that_is_full_in_a_write_keeps_all_or_nothing_and_a_retry_does_not_double(
    on_disk, _named_store, kind, left
):
    said = on_disk(kind, left, str(_named_store.path))
    kept = said["screens"] == [1, 50]
    assert kept or said["screens"] == [0, 0]
    assert set(said["kinds"]) <= ({"unfinished"} if kept else set())
    if said["added"]:
        assert "committed and safe" in said["added"] if kept else "space" in said["added"]
        assert ("nothing of this write was kept" in said["added"] or "Nothing of the" in said["added"]) != kept
    else:
        assert kept
    assert said["added again"] == ""
    assert said["screens again"] == [1, 50]
    assert (said["mended"], said["problems"]) == ("", [])
