"""Cells measured without being written."""

from __future__ import annotations

from contextlib import contextmanager

from db.files.cells.opening import opened_cells
from tools.expression.cell_files.layers import chosen_layer
from tools.expression.cell_files.readouts import readouts_of
from tools.expression.perturb_seq.cells_grouped.grouping import grouped_cells
from tools.expression.perturb_seq.comparing.measured import measured_cells
from tools.expression.perturb_seq.options import CellReading


@contextmanager
def measured_of(workspace, made, folder):
    """What is measured in a planted file."""
    reading = CellReading()
    with opened_cells(made.write(folder / "cells.h5ad")) as file:
        chosen = chosen_layer(file, reading.layer)
        grouping = grouped_cells(workspace, file, reading, {}, "")
        readouts = readouts_of(workspace, file, chosen.layer, grouping.organism)
        with measured_cells(workspace, file, chosen, readouts, grouping, reading.test) as measured:
            yield measured
