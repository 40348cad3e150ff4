"""CTRL is the gene chymotrypsin like, and a label of controls: what stands around it says which."""

from __future__ import annotations

import pandas as pd
import pytest

from tools.screens.naming.labels_too import WHOLE_LIBRARY, genes_too


def aside(added):
    return {one.reason: one.rows for one in added.kept_aside}


def test_a_gene_among_genes_is_the_gene_and_that_is_said(add, genes):
    added, effects = add([*genes[:20], "CTRL"])
    assert effects["CTRL"] == 21
    assert any("CTRL is read as the gene CTRL" in one and "controls=['CTRL']" in one for one in added.warnings)


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["ctrl"], "genes are not written so"),
        (["CTRL", "CTRL"], "it has more rows or guides than a gene"),
        (["CTRL", "CTRL_2"], "other names are numbered or paired with it"),
        (["CTRL", "NTC"], r"it stands beside another control \(NTC\)"),
        (["CTRL", "non-targeting_1", "non-targeting_2"], r"it stands beside another control \(non-targeting_1\)"),
        (["Ctrl"], "the genes of the file are written otherwise"),
    ],
)
def test_a_label_is_a_control_and_the_reason_is_said(names, why, add, genes):
    added, effects = add([*genes[:20], *names])
    assert set(effects.index) == set(genes[:20])
    assert aside(added) == {"control": len(names)}
    assert (
        pd.Series(added.warnings)
        .str.contains(f"is read as a control and not as the gene C[a-zA-Z]+, since {why}")
        .any()
    )


def test_the_gene_in_its_place_among_genes_is_the_gene_though_the_file_has_controls(add, genes):
    _, effects = add(["CTRL", *genes[:20], "NTC"])
    assert effects["CTRL"] == 1


def rows(names, guides=4):
    return pd.DataFrame({"name": names, "guides": pd.Series(guides, index=range(len(names)), dtype="Int64")})


def test_a_whole_library_has_the_gene_beside_its_controls():
    table = rows([*(f"G{at}" for at in range(WHOLE_LIBRARY)), "NTC", "CTRL"])
    known = dict.fromkeys(table["name"], False) | {"NTC": True, "CTRL": True}
    assert genes_too(table, known, ())[0] == ["CTRL"]


def test_a_label_with_many_more_guides_than_a_gene_is_no_gene():
    table = rows([*(f"G{at}" for at in range(30)), "CTRL"])
    table.loc[30, "guides"] = 100
    found, said = genes_too(table, dict.fromkeys(table["name"], False) | {"CTRL": True}, ())
    assert found == []
    assert "more rows or guides than a gene" in said[0]


def test_a_declared_control_is_one():
    table = rows([*(f"G{at}" for at in range(30)), "CTRL"])
    assert genes_too(table, dict.fromkeys(table["name"], False) | {"CTRL": True}, {"ctrl"}) == ([], ())
