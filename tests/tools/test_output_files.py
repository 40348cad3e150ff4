"""Files that are written: what they never replace, and where an assistant may write them."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from db.errors import RefusedFileError
from tests.campaign_world import FAST, confirmed, new_workspace, started, write_results
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.order_file import campaign_export
from tools.campaigns.rounds.proposal import campaign_propose
from tools.output_files import output_path, require_within, write_whole


@pytest.fixture
def place(tmp_path):
    return new_workspace(tmp_path, bare=True)


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(place, tmp_path):
    started(place)
    campaign_propose(place, predictor=FAST)
    out = tmp_path / "order.csv"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedFileError, match="is there already") as refusal:
        campaign_export(place, out)
    assert "`overwrite=True`" in refusal.value.suggestion
    assert out.read_text(encoding="utf-8") == "mine"
    # Twelve nominations, and a row for the controls that are ordered with them.
    assert campaign_export(place, out, overwrite=True).rows == 13
    assert out.read_text(encoding="utf-8").startswith("rank,")


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("spelled", ["plain", "dots", "link", "hard link"])
def test_the_store_and_its_manifest_are_never_replaced(spelled, overwrite, place, tmp_path):
    for own in (place.store.path, place.store.manifest_path):
        before = own.read_bytes()
        out = own
        if spelled == "dots":
            (tmp_path / "sub").mkdir(exist_ok=True)
            out = tmp_path / "sub" / ".." / own.name
        elif spelled == "link":
            out = tmp_path / f"link-{own.name}.csv"
            out.symlink_to(own)
        elif spelled == "hard link":
            out = tmp_path / f"hard-{own.name}.csv"
            os.link(own, out)
        with pytest.raises(RefusedFileError, match="belongs to the store"):
            output_path(place, out, overwrite=overwrite)
        assert own.read_bytes() == before


def test_a_place_that_the_store_will_need_is_not_taken_either(place):
    for name in (f"{place.store.path.name}.wal",):
        with pytest.raises(RefusedFileError, match="belongs to the store"):
            output_path(place, place.store.path.with_name(name), overwrite=True)


def test_a_results_file_is_never_replaced_by_an_order(place, tmp_path):
    started(place)
    results = write_results(tmp_path / "r1.csv", confirmed(place))
    campaign_record(place, results, positive_means="raises")
    before = results.read_bytes()
    for overwrite in (True, False):
        with pytest.raises(RefusedFileError, match=r"rows the store holds|there already"):
            campaign_export(place, results, overwrite=overwrite)
    copied = tmp_path / "copied.csv"
    copied.write_bytes(before)
    with pytest.raises(RefusedFileError, match="rows the store holds"):
        campaign_export(place, copied, overwrite=True)
    assert results.read_bytes() == before


def test_an_assistant_writes_within_the_working_folder_only(place, tmp_path):
    inside = tmp_path / "work"
    inside.mkdir()
    (inside / "out").symlink_to(tmp_path)
    bound = replace(place, writes_within=inside)
    assert output_path(bound, inside / "order.csv") == inside.resolve() / "order.csv"
    for outside in (tmp_path / "o.csv", inside / ".." / "o.csv", inside / "out" / "o.csv"):
        with pytest.raises(RefusedFileError, match="outside the working folder"):
            output_path(bound, outside)
    require_within(bound, inside)
    with pytest.raises(RefusedFileError, match="outside the working folder"):
        require_within(bound, inside / "out")
    assert output_path(place, tmp_path / "o.csv") == tmp_path.resolve() / "o.csv"


def test_what_is_no_plain_file_is_not_written_to(place, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "lost.csv").symlink_to("nowhere")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for name in ("pipe.csv", "lost.csv", "loop.csv", "x" * 300, "."):
        with pytest.raises((RefusedFileError, OSError)) as refusal:
            output_path(place, tmp_path / name, overwrite=True)
        assert isinstance(refusal.value, RefusedFileError), (name, refusal.value)


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    target = tmp_path / "o.csv"

    def write(path):
        path.write_text("ours", encoding="utf-8")
        target.write_text("theirs", encoding="utf-8")

    with pytest.raises(RefusedFileError, match="is there already"):
        write_whole(target, write)
    assert target.read_text(encoding="utf-8") == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]


def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path):
    target = tmp_path / "o.csv"
    target.write_text("older", encoding="utf-8")

    def fails(path):
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(RefusedFileError, match="No space left"):
        write_whole(target, fails, overwrite=True)
    assert target.read_text(encoding="utf-8") == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]


def test_a_name_with_a_line_break_is_refused(place, tmp_path):
    with pytest.raises(RefusedFileError, match="control character"):
        output_path(place, tmp_path / "a\nb.csv")
    assert not list(tmp_path.glob("a*"))
