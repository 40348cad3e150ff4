"""Cells with labels in the store, and cells named by them, within a species or across two."""

from __future__ import annotations

READING = {
    "cells_list": ".sets.listing",
    "cells_show": ".sets.listing",
}

WRITING = {
    "add_cells": ".sets.adding",
    "cells_remove": ".sets.listing",
    "annotate_cells": ".annotation.annotating",
    "embed_cells": ".embedding",
    "plot_cells": ".pictures.plotting",
    "plot_named_cells": ".pictures.plotting",
    "annotate_by_markers": ".by_markers.naming",
}
