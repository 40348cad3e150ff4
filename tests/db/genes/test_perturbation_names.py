"""Names of perturbations: one gene, or two with a plus."""

from __future__ import annotations

import pandas as pd

from db.genes.perturbation_names import are_pairs, genes_among, genes_in, name_of_genes


def test_a_name_is_taken_apart_and_put_together_again():
    assert genes_in("IL2") == ["IL2"]
    assert genes_in("IL2 + LAT") == ["IL2", "LAT"]
    assert name_of_genes(genes_in("IL2 + LAT")) == "IL2+LAT"
    assert genes_among(["IL2+LAT", "IL2", "CD5"]) == {"IL2", "LAT", "CD5"}


def test_pairs_are_told_in_a_column_and_in_an_index():
    names = ["IL2", "IL2+LAT", "CD5"]
    for column in (pd.Series(names, index=[5, 6, 7]), pd.Index(names)):
        assert column[are_pairs(column)].tolist() == ["IL2+LAT"]
        assert column[~are_pairs(column)].tolist() == ["IL2", "CD5"]
