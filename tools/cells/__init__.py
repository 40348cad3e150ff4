"""Cells named by a labelled reference, within a species or across two, by expression and by texts of genes."""

from __future__ import annotations

READING: dict[str, str] = {}

WRITING = {
    "annotate_cells": ".annotation.annotating",
    "embed_cells": ".embedding",
    "plot_cells": ".pictures.plotting",
    "plot_named_cells": ".pictures.plotting",
    "annotate_by_markers": ".by_markers.naming",
}
