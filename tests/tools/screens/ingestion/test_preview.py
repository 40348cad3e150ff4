"""A preview says what adding the file would do, and leaves the store as it was."""

from __future__ import annotations

import pytest

from db.errors import NeedsChoiceError, RefusedFileError
from tests.campaign_world import manifest, new_workspace
from tests.synthetic_store import SYMBOLS
from tools.screens.ingestion.adding import add_screen
from tools.screens.ingestion.preview import look_at_file, preview_screen


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return new_workspace(tmp_path_factory.mktemp("previews"), bare=True)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f"{name},{i - 20},x" for i, name in enumerate(SYMBOLS[:40])]
    path.write_text("\n".join(["who,change,comment", *rows, "NOSUCHGENE,1.0,y"]) + "\n")
    return path


def test_a_look_shows_columns_and_first_rows_and_why_they_must_be_mapped(table):
    look = look_at_file(table)
    assert look.columns == ("who", "change", "comment")
    assert look.rows[0] == ("GENE0000", "-20", "x")
    assert look.reader == ""
    assert "`columns={'gene': COLUMN" in look.suggestion
    mapped = look_at_file(table, columns={"gene": "who", "estimate": "change"})
    assert (mapped.reader, mapped.problem) == ("generic", "")


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "text.csv"
    path.write_text("only words\n")
    with pytest.raises(RefusedFileError):
        look_at_file(path)


def test_a_preview_agrees_with_what_is_added_later_and_writes_nothing(world, table):
    how = {"columns": {"gene": "who", "estimate": "change"}, "positive_means": "lowers"}
    before = manifest(world)
    seen = preview_screen(world, table, **how)
    assert manifest(world) == before
    assert (seen.rows_read, seen.effects, seen.hits, seen.hit_rule) == (41, 40, 2, "top 5%")
    assert [(one.reason, one.rows) for one in seen.kept_aside] == [("unresolved", 1)]
    assert seen.highest[0] == ("GENE0000", 20.0)
    added = add_screen(world, table, phenotype="any", **how)
    assert (added.rows_read, added.effects, added.hits) == (seen.rows_read, seen.effects, seen.hits)
    assert added.kept_aside == seen.kept_aside


def test_a_preview_asks_for_the_sign_as_adding_does(world, table):
    with pytest.raises(NeedsChoiceError, match="positive"):
        preview_screen(world, table, columns={"gene": "who", "estimate": "change"})
