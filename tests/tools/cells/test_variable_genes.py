"""Genes that vary: above the trend of variance over the mean, and the same whether read whole or in pieces."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from db.files.cells import base
from tests.labelled_world import write_cells
from tools.cells.reading import genes_of_file, read_cells
from tools.cells.variable_genes import Moments, variable_in_file


def test_a_gene_is_chosen_for_varying_more_than_genes_of_a_like_mean_do(monkeypatch):
    monkeypatch.setattr("tools.cells.variable_genes.GENES", 20)
    rng = np.random.default_rng(0)
    means = rng.uniform(5, 60, 1_000)
    amounts = rng.poisson(means, (400, 1_000)).astype(float)
    amounts[:40, :20] += rng.poisson(3 * means[:20], (40, 20))
    found = Moments.of(csr_matrix(amounts)).variable()
    assert len(set(found) & set(range(20))) >= 18
    by_variance = np.argsort(-amounts.var(axis=0))[:20]
    assert len(set(by_variance) & set(range(20))) < 18, "by variance alone genes with large means come first"


def test_no_gene_varies_among_cells_that_are_alike():
    assert len(Moments.of(csr_matrix(np.ones((20, 5)))).variable()) == 0


def test_a_file_read_in_pieces_gives_what_all_its_cells_give(cells_space, tmp_path, monkeypatch):
    monkeypatch.setattr("tools.cells.variable_genes.GENES", 50)
    path = write_cells(tmp_path / "cells.h5ad")
    genes = genes_of_file(cells_space, path)
    whole = read_cells(cells_space, path, genes)
    places = Moments.of(whole.amounts).variable()
    pieces = base.CellFile.pieces
    monkeypatch.setattr(base.CellFile, "pieces", lambda self, layer="": pieces(self, layer, 7))
    assert variable_in_file(cells_space, path, genes, genes.symbols) == tuple(whole.symbols[one] for one in places)
