"""Where a store may lie, how a new one comes to be, and who may read it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from db.engine import group_only
from db.errors import StoreError
from db.store import Store

ODD = ("with space", "qu'ote", 'dou"ble', "50% off", "a#b", "st*r", "br[1]", "new\nline", "größe-日本", "-dash",
       "~tilde", "dol$ar;semi&", "{a,b}", "tab\tx", ":memory:", "md:x", "s3:", "x" * 200)  # fmt: skip


def use(store: Store) -> None:
    store.create()
    with store.write("test") as connection:
        connection.execute("INSERT INTO study VALUES (1, 'x', '', '')")
    with store.read() as connection:
        assert connection.execute("SELECT name FROM study").fetchall() == [("x",)]
    assert store.verify() == []


@pytest.mark.parametrize("name", ODD)
def test_odd_names_of_folders_and_stores_work(tmp_path, name):
    use(Store(tmp_path / name / f"{name}.duckdb"))
    beside = {path.name for path in (tmp_path / name).iterdir()}
    assert beside == {f"{name}.duckdb", f"{name}.duckdb.manifest.json"}


@pytest.mark.parametrize("name", ODD)
def test_odd_names_work_where_they_are_relative(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    use(Store(Path(f"{name}.duckdb")))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("what?.duckdb", "question mark"),
        ("what?/store.duckdb", "question mark"),
        ("back\\slash/store.duckdb", "backslash"),
        ("x" * 300, "ame too long"),
        ("x" * 245, "a store's may have"),
        ("/".join(["y" * 200] * 30), "ame too long"),
        ("zero\0byte", "null byte"),
        ("bytes\udcff", "not UTF-8"),
        ("file/store.duckdb", "ot a directory"),
    ],
)
def test_what_cannot_work_is_refused_at_once_and_leaves_nothing(tmp_path, name, words):
    (tmp_path / "file").touch()
    store = Store(Path(f"{tmp_path}/{name}"))
    assert store.exists(), "whoever opens it is told what is wrong"
    for act in (store.create, store.verify, store.mend):
        with pytest.raises(StoreError, match=words) as refused:
            act()
        assert refused.value.suggestion
        assert len(refused.value.message) < 500
    assert {path.name for path in tmp_path.iterdir()} == {"file"}


def test_an_unknown_users_home_is_an_ordinary_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Store(Path("~nosuchuser/x.duckdb")).path.name == "x.duckdb"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o640), (0o000, 0o640), (0o077, 0o600), (0o027, 0o640)])
def test_a_store_and_its_manifest_are_for_owner_and_group_or_for_fewer(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        store = Store(tmp_path / "s.duckdb")
        use(store)
        assert os.umask(mask) == mask, "the mask of the process is as it was"
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (store.path, store.manifest_path)] == [mode, mode]


def test_the_log_of_a_killed_write_is_for_owner_and_group_too(tmp_path):
    code = """
        import os, sys
        from pathlib import Path
        import db.store
        os.umask(0o022)
        db.store.Store._settle = lambda *_: os._exit(0)
        with db.store.Store(Path(sys.argv[1])).write("test") as connection:
            connection.execute("INSERT INTO study VALUES (1, 'x', '', '')")
    """
    store = Store(tmp_path / "s.duckdb").create()
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(store.path)], check=True)
    log = Path(f"{store.path}.wal")
    assert stat.S_IMODE(log.stat().st_mode) == 0o640


def test_the_mask_is_right_again_when_two_threads_write(tmp_path):
    before = os.umask(0o022)
    try:
        started = threading.Barrier(2)

        def write() -> None:
            started.wait()
            for _ in range(200):
                with group_only():
                    pass

        threads = [threading.Thread(target=write) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_a_link_to_a_store_is_the_store_and_one_that_leads_nowhere_becomes_it(tmp_path):
    store = Store(tmp_path / "s.duckdb").create()
    (tmp_path / "link").symlink_to(store.path)
    assert Store(tmp_path / "link").verify() == []
    (tmp_path / "nowhere").symlink_to(tmp_path / "new.duckdb")
    Store(tmp_path / "nowhere").create()
    assert (tmp_path / "new.duckdb").is_file()
    assert (tmp_path / "nowhere").is_symlink()


def test_a_process_that_is_killed_while_it_makes_a_store_leaves_none_and_the_next_sweeps(tmp_path):
    code = """
        import os, sys
        from pathlib import Path
        import db.store
        db.store.os.link = lambda *_: os._exit(9)
        db.store.Store(Path(sys.argv[1])).create()
    """
    path = tmp_path / "s.duckdb"
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(path)], check=False)
    assert killed.returncode == 9
    assert not path.exists()
    assert len(list(tmp_path.iterdir())) == 1, "an unfinished file under another name"
    use(Store(path))
    assert {one.name for one in tmp_path.iterdir()} == {"s.duckdb", "s.duckdb.manifest.json"}


def test_of_two_who_make_the_same_store_both_have_it(tmp_path):
    code = """
        import sys
        from pathlib import Path
        from db.store import Store
        store = Store(Path(sys.argv[1])).create()
        with store.write("test") as connection:
            connection.execute("INSERT INTO study SELECT count(*) + 1, random()::VARCHAR, '', '' FROM study")
    """
    path = tmp_path / "s.duckdb"
    makers = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), str(path)]) for _ in range(3)]
    assert [maker.wait(timeout=60) for maker in makers] == [0, 0, 0]
    with Store(path).read() as connection:
        assert connection.execute("SELECT count(*) FROM study").fetchall() == [(3,)]
    assert Store(path).verify() == []
