"""Which column of a table of expression stands for a cell type, and which genes are not detected there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.errors import RefusedFileError
from db.genes.expression import expression_columns, expression_in
from db.view import View
from tests.synthetic_store import SYMBOLS, add_expression, copied_world, workspace_on
from tools.campaigns.start.start_and_propose import shortlist
from tools.campaigns.start.start_options import StartOptions
from tools.genes.expression import column_of, unexpressed
from tools.packs.loaders.expression import read_expression_table

COLUMNS = (
    "A549", "BJ", "HEK 293", "HEL", "Hep G2", "hTERT-RPE1", "JURKAT", "K-562", "THP-1", "TIME", "U-2 OS", "bone marrow",
    "cerebral cortex", "liver", "lung", "monocytes", "NK-cells", "T-cells", "testis",
)  # fmt: skip


@pytest.mark.parametrize(
    ("cell_type", "column"),
    [
        ("K562", "K-562"),
        ("Jurkat T cells", "JURKAT"),
        ("HEK293T", "HEK 293"),
        ("RPE-1 cells", "hTERT-RPE1"),
        ("HepG2", "Hep G2"),
        ("U2OS", "U-2 OS"),
        ("A549-ACE2", "A549"),
        ("THP-1 macrophages", "THP-1"),
        ("primary human CD4+ effector T cells, stimulated", "T-cells"),
        ("CD8 T cells", "T-cells"),
        ("CD14+ monocytes", "monocytes"),
        ("NK cells", "NK-cells"),
        ("primary hepatocytes", "liver"),
        ("iPSC-derived neurons", "cerebral cortex"),
        ("cells of the testis", "testis"),
        # No column is these cells: of another line than those of the table, its tissue says little.
        ("Calu-3 lung cells", ""),
        ("Huh7.5.1 hepatocytes", ""),
        ("NK-92", ""),
        ("bone marrow-derived macrophages", ""),
        ("monocyte-derived macrophages", ""),
        ("from time to time", ""),
        ("fibroblasts", ""),
        ("", ""),
    ],
)
def test_a_line_is_known_by_its_name_else_cells_by_their_words_else_nothing_stands_for_them(cell_type, column):
    assert column_of(cell_type, COLUMNS) == column


def test_a_column_that_the_table_lacks_stands_for_nothing():
    assert column_of("K562", ("A549",)) == ""
    assert column_of("T cells", ()) == ""


def test_a_table_with_a_gene_twice_or_a_negative_value_or_no_ids_is_refused(tmp_path):
    for text in ("id\tA\nE1\t1\nE1\t2\n", "id\tA\nE1\t-1\n", "gene\tA\nE1\t1\n", "id\tA\nE1\tmuch\n"):
        path = tmp_path / "table.tsv"
        path.write_text(text)
        with pytest.raises(RefusedFileError, match=r"table\.tsv"):
            read_expression_table(path, "id")


@pytest.fixture
def world(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    space = workspace_on(store, tmp_path)
    before = View(store).fingerprint()
    add_expression(space, tmp_path)
    assert View(store).fingerprint() == before, "features do not rest on it, so theirs are not computed again"
    return space


def test_a_gene_below_detection_is_not_expressed_and_one_that_was_not_measured_is_not_called_so(world):
    assert expression_columns(world.store) == ("T-cells", "K-562")
    assert expression_in(world.store, "T-cells")[["GENE0000", "GENE0001"]].tolist() == pytest.approx([1.0, 0.9])
    found = unexpressed(world.store, "primary T cells")
    assert (found.column, found.genes) == ("T-cells", frozenset(SYMBOLS[1::2]))
    assert unexpressed(world.store, "K562").genes == frozenset()
    assert unexpressed(world.store, "fibroblasts").column == ""


def test_a_silent_gene_is_flagged_where_it_would_be_lost_and_not_where_it_would_be_activated(world):
    asked = StartOptions(phenotype="cytokine", cell_type="primary T cells", size=12)
    lost, raised = (shortlist(world, replace(asked, modality=modality)) for modality in ("knockout", "activation"))
    flag = unexpressed(world.store, "primary T cells").flag
    assert any(flag in one.flags for one in lost.nominations)
    assert not any(flag in one.flags for one in raised.nominations)
