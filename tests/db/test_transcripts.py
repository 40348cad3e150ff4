"""Transcripts: what is appended is on the disk, and what a crash tore does not swallow what comes after."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from db.errors import NotFoundError, StoreError
from db.store import Store
from db.transcripts import (
    TranscriptFile,
    find_transcript,
    folder_of,
    index_transcript,
    lines_of,
    list_transcripts,
    new_id,
    read_transcript,
    store_revision,
)

ROOT = Path(__file__).resolve().parents[2]


def begun(store: Store, name: str, question: str = "Which genes?", campaign: str = "") -> TranscriptFile:
    file = TranscriptFile(folder_of(store) / f"{name}.jsonl")
    file.append("start", {"language_model": "offline", "campaign": campaign})
    file.append("asked", {"text": question})
    return file


def test_a_line_is_on_the_disk_before_the_next_thing_happens(store):
    file = begun(store, "one")
    file.append("answer", {"text": "Ünïcode \ud800 and\nlines"})
    kinds = [line["kind"] for line in lines_of(file.path)]
    assert kinds == ["start", "asked", "answer"]
    assert len(file.path.read_bytes().splitlines()) == 3


def test_only_its_owner_may_read_a_transcript(store):
    file = begun(store, "one")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


def test_a_torn_line_is_passed_over_and_ends_before_the_next_one(store):
    first = begun(store, "one")
    first.close()
    with first.path.open("ab") as stream:
        stream.write(b'{"kind": "text", "at": "2026')
    again = TranscriptFile(first.path)
    again.append("answer", {"text": "whole"})
    assert [line["kind"] for line in lines_of(first.path)] == ["start", "asked", "answer"]


def test_many_threads_write_whole_lines(store):
    file = begun(store, "one")
    threads = [
        threading.Thread(target=lambda n=n: [file.append("text", {"text": "x" * 5_000, "n": n}) for _ in range(20)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(line["kind"] == "text" for line in lines_of(file.path)) == 160


def test_a_full_disk_is_told_and_what_was_written_stands(tmp_path):
    code = """
import resource, signal, sys
from pathlib import Path
from db.errors import StoreError
from db.transcripts import TranscriptFile, lines_of
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
file = TranscriptFile(Path(sys.argv[1]))
file.append("start", {})
try:
    for _ in range(100):
        file.append("text", {"text": "x" * 100})
except StoreError as error:
    print(error)
print(sum(1 for _ in lines_of(file.path)) > 5)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "t.jsonl")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "cannot be written" in result.stdout
    assert "True" in result.stdout


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "transcripts").write_text("a file")
    with pytest.raises(StoreError, match="cannot be written"):
        TranscriptFile(tmp_path / "transcripts" / "one.jsonl")


def test_transcripts_are_found_by_id_beginning_and_last(store):
    begun(store, "20260101-120000-aaaa", "First?")
    second = begun(store, "20260102-120000-bbbb", "Second?\nWith two lines " + "long " * 50)
    second.append("answer", {"text": "Yes."})
    (folder_of(store) / "stray.jsonl").write_text('{"kind": "other"}\nnot json\n')
    listed = list_transcripts(store)
    assert [one.id for one in listed] == ["20260102-120000-bbbb", "20260101-120000-aaaa"]
    assert listed[0].title.startswith("Second? With two lines long")
    assert len(listed[0].title) <= 80
    assert find_transcript(store, "last").id == listed[0].id
    assert find_transcript(store, "20260101").id == listed[1].id
    with pytest.raises(NotFoundError, match="2 transcripts begin"):
        find_transcript(store, "2026")
    with pytest.raises(NotFoundError, match="no transcript") as refusal:
        find_transcript(store, "20260103")
    assert "20260102-120000-bbbb" in refusal.value.suggestion


def test_the_index_holds_one_row_a_transcript_however_often_it_is_entered(store):
    path = begun(store, "one").path
    for _ in range(2):
        with store.write("test") as connection:
            index_transcript(connection, read_transcript(path))
    with store.read() as connection:
        rows = connection.execute("SELECT id, file_name, title, campaign_id FROM transcript").fetchall()
    assert rows == [("one", "one.jsonl", "Which genes?", None)]
    assert store.verify() == []


def test_the_revision_counts_writes_and_is_nothing_without_a_store(store, tmp_path):
    before = store_revision(store)
    with store.write("test"):
        pass
    assert store_revision(store) == before + 1
    assert store_revision(Store(tmp_path / "none.duckdb")) is None


def test_ids_begin_with_the_time_and_differ_within_a_second():
    ids = {new_id() for _ in range(20)}
    assert len(ids) > 15
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", one) for one in ids)


def test_a_lines_values_are_plain_json(store):
    file = begun(store, "one")
    file.append("tool", {"arguments": {"path": Path("/x")}, "ids": ("a", "b")})
    line = json.loads(file.path.read_text().splitlines()[-1])
    assert (line["arguments"], line["ids"]) == ({"path": "/x"}, ["a", "b"])


ODD = {
    "no time": '{"kind": "start"}\n{"kind": "asked", "at": "2026-01-01"}\n',
    "odd time": '{"kind": "start", "at": "yesterday"}\n',
    "zoned time": '{"kind": "start", "at": "2026-01-01T00:00:00+02:00"}\n',
    "list": "[1, 2]\n",
    "number for a kind": '{"kind": 7, "at": "2026-01-01"}\n',
    "cut": '{"kind": "start", "at": "2026-',
    "time out of range": '{"kind": "start", "at": "0001-01-01T00:00:00+14:00"}\n',
    "deep": "[" * 100_000 + "\n",
    "zeros": "\0" * 300,
    "empty": "",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_one_odd_transcript_does_not_hide_the_others(content, store):
    begun(store, "good").close()
    (folder_of(store) / "odd.jsonl").write_text(content, encoding="utf-8")
    (folder_of(store) / "folder.jsonl").mkdir()
    (folder_of(store) / "lost.jsonl").symlink_to("nowhere.jsonl")
    assert "good" in [one.id for one in list_transcripts(store)]
    assert find_transcript(store, "good").title == "Which genes?"


def test_a_transcript_that_cannot_be_read_is_named_as_that_when_it_is_asked_for(store):
    begun(store, "good").close()
    (folder_of(store) / "odd.jsonl").write_text("[1, 2]\n", encoding="utf-8")
    with pytest.raises(NotFoundError, match="The file of transcript 'odd' cannot be read as one"):
        find_transcript(store, "od")


def test_times_with_and_without_a_zone_are_put_in_one_order(store):
    begun(store, "0").close()
    for name, at in (("a", "2126-01-01T12:00:00"), ("b", "2126-01-01T15:00:00+02:00"), ("c", "2126-01-01T12:30:00Z")):
        (folder_of(store) / f"{name}.jsonl").write_text(json.dumps({"kind": "start", "at": at}) + "\n")
    assert [one.id for one in list_transcripts(store)] == ["b", "c", "a", "0"]


def test_a_transcript_that_was_open_to_others_is_closed_to_them_when_it_is_carried_on(store):
    file = begun(store, "one")
    file.close()
    file.path.chmod(0o644)
    TranscriptFile(file.path).close()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
