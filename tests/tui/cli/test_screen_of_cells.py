"""``screen add`` on files of cells, as users run it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cell_world import Cells
from tui.cli.main import commands_by_tool


@pytest.fixture
def cells(cli):
    return Cells.planted().write(cli.folder / "cells.h5ad")


def test_the_command_serves_tables_and_cells():
    found = commands_by_tool()
    assert found["add_screen"] == found["add_perturb_seq"] == "screen add"


def test_a_file_of_cells_is_added_shown_and_removed(cli, cells):
    added = cli("screen", "add", "cells.h5ad", "--modality", "interference", "--cell-type", "Jurkat")
    assert added.returncode == 0, added.stderr
    text = " ".join(added.stdout.split())
    for part in ("cells: added", "240 of 240 used, 80 of them controls", "4 measured; 4 of 4", "STAT1", "X is read"):
        assert part in text
    again = cli.json("screen", "add", "cells.h5ad")
    assert (again["already_present"], again["effects"], again["context"]["name"]) == (True, 4, "cells")
    assert {one["perturbation"] for one in again["quality"]["perturbations"]} == {"STAT1", "JAK1", "GATA3", "CD3E"}
    assert "number of responding genes" in cli("screen", "show", "cells").stdout
    (context,) = cli.json("response", "list")
    assert (context["name"], context["cell_type"]) == ("cells", "Jurkat")
    assert "goes down" in cli("evidence", "response:cells:STAT1:B2M").stdout
    refused = cli("response", "remove", "cells")
    assert refused.returncode == 1
    assert "hitscout screen remove cells" in " ".join(refused.stderr.split())
    assert cli("screen", "remove", "cells").returncode == 0
    assert cli.json("response", "list") == []


def test_a_folder_with_a_matrix_is_read_as_well(cli):
    from scipy.io import mmwrite
    from scipy.sparse import csr_matrix

    made = Cells.planted()
    folder = cli.folder / "counts"
    folder.mkdir()
    guides = sorted({f"{label}_1" for label in made.obs["perturbation"]})
    own = np.array([[40 * (guide == f"{label}_1") for guide in guides] for label in made.obs["perturbation"]])
    mmwrite(folder / "matrix.mtx", csr_matrix(np.hstack([made.counts, own]).T.astype(int)))
    rows = [f"{name}\t{name}\tGene Expression" for name in made.genes]
    rows += [f"{name}\t{name}\tCRISPR Guide Capture" for name in guides]
    (folder / "features.tsv").write_text("\n".join(rows) + "\n")
    (folder / "barcodes.tsv").write_text("".join(f"cell{n}\n" for n in range(len(made.obs))))
    added = cli.json("screen", "add", "counts", "--name", "folder")
    assert (added["effects"], added["quality"]["controls"]) == (4, 80)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["cells.h5ad", "--map", "gene=x"], 1, "--map are of tables"),
        (["cells.h5ad", "--controls", "mock"], 1, "named by --control."),
        (["table.csv", "--phenotype", "p", "--control", "mock"], 2, "--control are of files of cells"),
        (["cells.h5ad", "--control", "mock"], 1, "'non-targeting'"),
        (["cells.h5ad", "--phenotype-from", "growth"], 1, "--phenotype-from energy-distance"),
        (["cells.h5ad", "--min-cells", "500"], 1, "--min-cells 40"),
        (["cells.h5ad", "--layer", "counts"], 1, "no layer 'counts'"),
    ],
    ids=lambda one: one[1] if isinstance(one, list) else "",
)
def test_what_cannot_be_done_is_refused_with_what_can(cli, cells, arguments, code, said):
    (cli.folder / "table.csv").write_text("gene,lfc\nIL2,1\n")
    result = cli("screen", "add", *arguments)
    assert result.returncode == code, result.stderr
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert not [one for one in cli.json("screen", "list") if one["screen"]["name"] == "cells"]
