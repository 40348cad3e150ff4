"""Unfinished files belong to a living process, or go."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

from db.disk_cache import keep, kept
from db.partial_files import abandoned, partial_folder, partial_name, partial_of, sweep

WORKER = """
    import os, sys, time
    from pathlib import Path
    from db.disk_cache import keep
    from db.partial_files import partial_folder
    folder = Path(sys.argv[1])

    def slow(stream):
        stream.write(b"half")
        stream.flush()
        print("begun", flush=True)
        time.sleep(60)

    with partial_folder(folder) as room:
        (room / "download").write_text("half")
        keep(folder / "kept.bin", slow)
"""


def test_what_a_killed_process_was_at_is_swept_and_what_a_living_one_is_at_is_not(tmp_path):
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKER), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "begun\n"
    assert len(list(tmp_path.iterdir())) == 2
    assert abandoned(tmp_path) == []
    assert sweep(tmp_path) == []
    worker.kill()
    worker.communicate()
    assert kept(tmp_path / "kept.bin", lambda stream: stream.read()) is None, "half a file is never taken for whole"
    assert len(sweep(tmp_path)) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_next_file_that_is_kept_sweeps_its_folder(tmp_path):
    left = tmp_path / ".a.npz.4194303-0123abcd.part"
    left.touch()
    keep(tmp_path / "b.npz", lambda stream: stream.write(b"b"))
    assert {path.name for path in tmp_path.iterdir()} == {"b.npz"}


def test_a_lock_that_another_machine_holds_keeps_a_file_although_its_process_is_not_here(tmp_path):
    import fcntl

    left = tmp_path / ".a.npz.4194303-0123abcd.part"
    left.touch()
    with left.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert sweep(tmp_path) == []
    assert sweep(tmp_path) == [left]


def test_only_names_of_ours_are_swept(tmp_path):
    mine = [".hidden", "a.part", ".a.part", ".4194303-0123abcd", "x.4194303-0123abcd.part", ".part-12ab"]
    for name in mine:
        (tmp_path / name).touch()
    assert sweep(tmp_path) == []
    assert sweep(tmp_path / "no folder") == []


def test_what_is_made_under_an_unfinished_name_goes_when_it_is_not_moved(tmp_path):
    place = tmp_path / "list.csv"
    with partial_of(place) as partial:
        partial.write_text("x")
        assert str(os.getpid()) in partial.name
    with partial_folder(tmp_path) as room:
        (room / "x").touch()
    assert list(tmp_path.iterdir()) == []
    assert partial_name(place) != partial_name(place)
