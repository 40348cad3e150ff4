"""Cells named by a labelled reference, within a species or across two, by expression and by texts of genes."""

from __future__ import annotations

READING: dict[str, str] = {}

WRITING = {
    "annotate_cells": ".annotation.annotating",
    "annotate_by_markers": ".by_markers.naming",
}
