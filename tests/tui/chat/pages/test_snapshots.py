"""How the pages look: at two sizes, in both themes. `pytest --snapshot-update` accepts a new look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.labelled_world import write_cells
from tests.tui.chat.page_world import is_read, one_page_app, until, world
from tools.cells.sets.adding import add_cells
from tui.chat.widgets.cells_plot import CellsPlot

STAGES = {"campaign": "confirmed", "shortlist": "open", "store": "new", "cells": "new"}
"""Stages that show no date, which would be another one in each run."""


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("page", list(STAGES))
def test_a_page_looks_as_it_did(snap_compare, tmp_path, page, size, theme):
    async def settle(pilot):
        app = pilot.app
        await until(pilot, lambda: is_read(app), "the page is read")
        if page == "store":
            # The folder of a test has another name in each run.
            front = app.screen
            front._take(replace(front.contents, path="store.duckdb", packs=front.contents.packs[:4]))
        if page == "cells":
            await until(pilot, lambda: len(app.screen.query_one(CellsPlot).drawn) == 160, "the picture")
        await until(pilot, lambda: not app.jobs, "all is still")

    app = one_page_app(page)(lambda: workspace, theme=theme)
    workspace = world(tmp_path, STAGES[page])
    if page == "cells":
        add_cells(workspace, write_cells(tmp_path / "atlas.h5ad"), labels="cell_type", study="Ours 2026")
    assert snap_compare(app, terminal_size=size, run_before=settle)
