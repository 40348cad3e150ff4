"""What the tests of names share."""

from __future__ import annotations

import pytest

from db.screens.reading import effects_of
from tools.screens.ingestion.adding import add_screen


@pytest.fixture
def add(named_workspace, write_file):
    """Adds a table of names with the effects 1, 2, 3 …, and gives what was added and the effects by perturbation."""

    def adding(names, **options):
        rows = [f"{name},{effect}" for effect, name in enumerate(names, 1)]
        path = write_file("\n".join(["gene,lfc", *rows]) + "\n")
        added = add_screen(named_workspace, path, **{"phenotype": "x", "positive_means": "raises", **options})
        return added, effects_of(named_workspace.store, added.screen.id).set_index("perturbation")["estimate"]

    return adding


@pytest.fixture
def genes(genes):
    """Names of genes without the one that labels controls too."""
    return [gene for gene in genes if gene != "CTRL"]
