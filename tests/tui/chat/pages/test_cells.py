"""The cells page: sets and their labels, a picture of one, a file that comes in, a set that goes."""

from __future__ import annotations

import pytest

from tests.labelled_world import write_cells
from tests.tui.chat.page_world import on_page, text, until, words, world
from tools.cells.sets.adding import add_cells
from tools.cells.sets.listing import cells_list
from tui.chat.widgets.asking import ConfirmDialog, ReadingDialog
from tui.chat.widgets.cells_plot import CellsPlot, marks_of
from tui.chat.widgets.file_picker import FilePicker
from tui.chat.widgets.form import FieldRow, FormDialog
from tui.chat.widgets.table import SafeTable


@pytest.fixture
def workspace(tmp_path):
    """Two sets of cells, one without labels."""
    made = world(tmp_path, "new")
    add_cells(made, write_cells(tmp_path / "atlas.h5ad"), labels="cell_type", study="Ours [/b]")
    add_cells(made, write_cells(tmp_path / "bare.h5ad", (9, 8), seed=2))
    return made


def table_of(app, name):
    return app.screen.query_one(f"#{name}", SafeTable)


def is_drawn(app, cells: int) -> bool:
    return bool(app.screen.query(CellsPlot)) and len(app.screen.query_one(CellsPlot).drawn) == cells


def test_sets_are_listed_with_labels_and_a_picture_of_the_one_under_the_cursor(workspace):
    async def act(app, pilot):
        assert [row[:4] for row in table_of(app, "sets").values] == [
            ("atlas", "human", 160, 4),
            ("bare", "human", 17, 0),
        ]
        await until(pilot, lambda: is_drawn(app, 160), "the picture")
        assert table_of(app, "labels").values == [
            ("a", "alpha", 40), ("b", "beta", 40), ("c", "delta", 40), ("d", "ductal", 40),
        ]  # fmt: skip
        assert "160 cells; principal components 1 → and 2 ↑" in words(app)
        picture = "\n".join(line[34:] for line in text(app).splitlines()[5:-2])
        assert all(picture.count(letter) > 3 for letter in "abcd")
        await pilot.press("down")
        await until(pilot, lambda: is_drawn(app, 17), "the other picture")
        assert table_of(app, "labels").values == [("·", "(no label)", 17)]
        await pilot.press("up")
        await until(pilot, lambda: is_drawn(app, 160), "the first picture again")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog) and "SHA-256" in text(app), "all of it")
        assert "Ours [/b]" in text(app)

    on_page(workspace, "cells", act, size=(110, 36))


def test_a_store_without_cells_says_what_to_do(tmp_path):
    async def act(app, pilot):
        assert "The store has no cells. a adds a file" in words(app)
        await pilot.press("d", "enter")

    on_page(world(tmp_path, "new"), "cells", act)


def test_a_set_is_removed_after_asking(workspace):
    async def act(app, pilot):
        await until(pilot, lambda: is_drawn(app, 160), "the picture")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        assert "Remove atlas?" in text(app)
        await pilot.press("y")
        await until(pilot, lambda: app.screen.query("#sets") and table_of(app, "sets").keys == ["bare"], "it is gone")
        await until(pilot, lambda: is_drawn(app, 17), "the next one's picture")

    on_page(workspace, "cells", act, size=(100, 30))
    assert [one.name for one in cells_list(workspace)] == ["bare"]


def test_a_file_is_picked_its_columns_offered_and_what_was_wrong_said(tmp_path, monkeypatch):
    async def act(app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, FilePicker), "the picker")
        picker = app.screen.query_one(SafeTable)
        await until(pilot, lambda: [row[0] for row in picker.values] == ["..", "new.h5ad"], "the folder")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        rows = {row.field.name: row for row in app.screen.query(FieldRow)}
        assert rows["labels"].entry.value == "cell_type"
        assert list(rows["donors"].field.choices) == ["", "cell_type", "donor"]
        rows["name"].set_text("a:b")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, FormDialog) and "holds ':'" in text(app), "what was wrong")
        rows = {row.field.name: row for row in app.screen.query(FieldRow)}
        rows["name"].set_text("islets")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog) and "islets: added" in text(app), "the report")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query("#sets") and table_of(app, "sets").keys == ["islets"], "the set")

    folder = tmp_path / "files"
    folder.mkdir()
    write_cells(folder / "new.h5ad")
    monkeypatch.chdir(folder)
    on_page(world(tmp_path, "new"), "cells", act, size=(90, 40))


def test_labels_beyond_the_alphabet_share_a_mark():
    marks = marks_of({f"label {number}": 40 - number for number in range(30)})
    assert (marks["label 0"], marks["label 25"], marks["label 26"], marks["label 29"]) == ("a", "z", "·", "·")
