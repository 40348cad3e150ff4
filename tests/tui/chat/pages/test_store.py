"""The store page: screens and packs, a file that comes in, packs that are fetched."""

from __future__ import annotations

from pathlib import Path

from tests.cell_world import Cells
from tests.tools.packs.test_catalogue import SETS, Catalogue
from tests.tui.chat.page_world import on_page, text, until, words, world
from tools.packs.catalogue import list_packs
from tools.screens.listing import screen_list, screen_show
from tui.chat.widgets.asking import ConfirmDialog, ReadingDialog
from tui.chat.widgets.file_picker import FilePicker, entries_of
from tui.chat.widgets.form import FieldRow, FormDialog
from tui.chat.widgets.table import SafeTable


def table_of(app, name):
    return app.screen.query_one(f"#{name}", SafeTable)


def test_screens_are_listed_with_counts_sign_and_rule_and_opened(tmp_path):
    async def act(app, pilot):
        rows = table_of(app, "screens").values
        assert [row[:7] for row in rows] == [
            (name, f"{name} phenotype", 600, 30, "top 5%", "both", "raises") for name in ("alpha", "beta")
        ]
        assert len(table_of(app, "packs").values) == len(list_packs(workspace))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog) and "SHA-256" in text(app), "the report")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query("#screens"), "the page")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        assert "Remove beta?" in text(app)
        await pilot.press("y")
        await until(pilot, lambda: table_of(app, "screens").keys == ["alpha"], "the screen is gone")

    workspace = world(tmp_path, "new")
    on_page(workspace, "store", act)


def test_a_file_is_picked_mapped_previewed_and_added(tmp_path, monkeypatch):
    async def act(app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, FilePicker), "the picker")
        picker = app.screen.query_one(SafeTable)
        await until(pilot, lambda: [row[0] for row in picker.values] == ["..", "sub/", "mine[b].csv"], "the folder")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        form = app.screen
        assert form.query("FieldRow").first().field.name == "column_gene"
        assert [head.title for head in form.query_one(SafeTable).heads] == ["who", "change[/b]", "comment"]
        rows = {row.field.name: row for row in form.query(FieldRow)}
        rows["column_gene"].entry.value = "who"
        rows["column_estimate"].entry.value = "change[/b]"
        rows["positive_means"].entry.value = "lowers"
        rows["phenotype"].set_text("my phenotype")
        await until(pilot, lambda: form.preview is not None, "the preview")
        assert (form.preview.rows_read, form.preview.effects, form.preview.hits) == (41, 40, 2)
        assert "1 rows kept aside" in words(app)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog), "the report")
        await until(pilot, lambda: "NOSUCHGENE" in text(app), "what was kept aside")
        await pilot.press("escape")
        await until(pilot, lambda: table_of(app, "screens").keys == ["alpha", "beta", "mine[b]"], "the new screen")
        assert screen_show(workspace, "mine[b]").highest[0] == ("GENE0000", 20.0)

    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    rows = [f"GENE{i:04d},{i - 20},x" for i in range(40)]
    (folder / "mine[b].csv").write_text("\n".join(["who,change[/b],comment", *rows, "NOSUCHGENE,1.0,y"]) + "\n")
    monkeypatch.chdir(folder)
    workspace = world(tmp_path, "new")
    on_page(workspace, "store", act, size=(80, 40))


def test_a_file_of_cells_gets_a_form_of_its_own_which_comes_back_with_what_was_wrong(
    tmp_path, monkeypatch, named_workspace
):
    async def act(app, pilot):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, FilePicker), "the picker")
        picker = app.screen.query_one(SafeTable)
        await until(pilot, lambda: [row[0] for row in picker.values] == ["..", "cells.h5ad"], "the folder")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        row(app, "control").set_text("nobody")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, FormDialog) and "'nobody'" in text(app), "what was wrong")
        assert screen_list(named_workspace) == ()
        row(app, "control").set_text("non-targeting")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog), "the report")
        await until(pilot, lambda: "of them controls" in words(app), "the quality of the cells")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query("#screens"), "the page")
        assert table_of(app, "screens").keys == ["cells"], text(app)

    def row(app, name):
        return next(one for one in app.screen.query(FieldRow) if one.field.name == name)

    folder = tmp_path / "files"
    folder.mkdir()
    Cells.planted().write(folder / "cells.h5ad")
    monkeypatch.chdir(folder)
    on_page(named_workspace, "store", act, size=(100, 44))


def test_packs_are_marked_their_terms_asked_and_fetched(tmp_path, monkeypatch):
    async def act(app, pilot):
        packs = table_of(app, "packs")
        packs.focus()
        packs.move_cursor(row=packs.keys.index("tiny-sets"))
        await pilot.press("space")
        await until(pilot, lambda: packs.selected_key == "tiny-sets" and app.screen.marked == {"tiny-sets"}, "marked")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the terms")
        assert "forbid commercial use" in text(app)
        await pilot.press("y")
        await until(pilot, lambda: state()["tiny-sets"], "in the store")
        await until(pilot, lambda: not app.jobs and app.screen.marked == set(), "the mark is gone")
        row = next(row for row in packs.values if row[1] == "tiny-sets")
        assert row[2] == "yes"

    def state():
        return {one.name: one.in_store for one in list_packs(workspace)}

    folder = tmp_path / "catalogue"
    folder.mkdir()
    catalogue = Catalogue(folder)
    sets = b"SET1\t\tGENE0001\tGENE0002\tGENE0003\n"
    body = catalogue.https("tiny.gmt", sets) + SETS.format(file="tiny.gmt", collection="TINY")
    catalogue.add("tiny-sets", body, commercial="false", licence="CC BY-NC 4.0")
    monkeypatch.setenv("HITSCOUT_PACKS", str(catalogue.packs))
    monkeypatch.setenv("HITSCOUT_MIRROR", str(catalogue.mirror))
    workspace = world(tmp_path, "new")
    on_page(workspace, "store", act)


def test_an_empty_store_says_what_fetching_costs(tmp_path, workspace):
    async def act(app, pilot):
        await until(pilot, lambda: "The store is empty. F fetches" in text(app), "what to do")
        size = sum(one.megabytes for one in list_packs(workspace) if one.default)
        assert f"({size:,.0f} MB)" in words(app)

    on_page(workspace, "store", act, size=(60, 20))
    assert screen_list(workspace) == ()


def test_a_folder_lists_folders_first_and_says_why_it_cannot_be_read(tmp_path):
    (tmp_path / "b.csv").write_text("x")
    (tmp_path / "A").mkdir()
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    entries, problem = entries_of(tmp_path)
    assert [(entry.path.name, entry.folder) for entry in entries] == [("A", True), ("b.csv", False)]
    assert problem == ""
    assert "cannot be read" in entries_of(Path("/no/such/folder"))[1]
