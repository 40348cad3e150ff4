"""What names of rows mean where something stands between, behind or beside them."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.screens.reading import controls_of, effects_of
from tools.screens.ingestion.adding import add_screen


@pytest.fixture
def add(named_workspace, write_file):
    """Adds a table of gene and lfc, and gives what was added and the effects by perturbation."""

    def adding(rows, header="gene,lfc", **options):
        path = write_file("\n".join([header, *rows]) + "\n")
        added = add_screen(named_workspace, path, **{"phenotype": "x", "positive_means": "raises", **options})
        return added, effects_of(named_workspace.store, added.screen.id).set_index("perturbation")["estimate"]

    return adding


@pytest.fixture
def genes(genes):
    """Names of genes without the one that labels controls too."""
    return [gene for gene in genes if gene != "CTRL"]


def pairs_of(genes):
    return list(zip(genes[::2], genes[1::2], strict=False))


@pytest.mark.parametrize("sign", ["_", "|", ";", "&", "/", "~", "--", "-", ":", " ", "__", "::"])
def test_pairs_are_read_whatever_parts_them(add, genes, sign):
    chosen = pairs_of(genes)
    _, effects = add([f"{one}{sign}{two},{at}" for at, (one, two) in enumerate(chosen)])
    assert dict(effects) == {"+".join(sorted(pair)): at for at, pair in enumerate(chosen)}


def test_a_symbol_with_a_dash_is_no_hindrance_and_a_control_leaves_the_gene_alone(add, genes):
    rows = [f"{one}-{two},1" for one, two in pairs_of(genes[:20])]
    _, effects = add([*rows, "HLA-A-IL2,2", "IL2-HLA-A,2", "CD5-NTC,3", "NTC-NTC,4"])
    assert effects["HLA-A+IL2"] == 2
    assert effects["CD5"] == 3


def test_pairs_of_two_columns_are_pairs_and_one_alone_is_a_single(add, genes):
    rows = [f"{one},{two},1" for one, two in pairs_of(genes[:20])]
    added, effects = add([*rows, "IL2,,2", "CD5,NTC,3", "NTC,safe,4"], "gene_a,gene_b,lfc", columns={"gene": "gene_a"})
    assert (effects["IL2"], effects["CD5"]) == (2, 3)
    assert len(effects) == 12
    assert {one.reason: one.rows for one in added.kept_aside} == {"control": 1}


def test_a_second_gene_column_under_another_name_is_mapped_and_else_named(add, genes):
    rows = [f"{genes[0]},{two},{at}" for at, two in enumerate(genes[1:20])]
    with pytest.raises(NeedsChoiceError, match="holds genes as well") as caught:
        add(rows, "gene,with,lfc")
    assert "`columns={'gene2': 'with'}`" in caught.value.suggestion
    _, effects = add(rows, "gene,with,lfc", columns={"gene2": "with"})
    assert len(effects) == 19
    assert all("+" in name for name in effects.index)


def test_most_pairs_in_both_orders_are_averaged(add, genes):
    chosen = pairs_of(genes[:20])
    rows = [f"{one}_{two},1" for one, two in chosen] + [f"{two}_{one},2" for one, two in chosen]
    added, effects = add(rows)
    assert set(effects) == {1.5}
    assert any("most pairs stand in both orders" in one for one in added.warnings)


def test_a_label_that_is_a_symbol_too_is_said_wherever_it_is_read(add, genes):
    rows = [f"{one}_{two},1" for one, two in pairs_of(genes[:20])]
    added, effects = add([*rows, "IL2_CTRL,2"])
    assert effects["IL2"] == 2
    assert any("CTRL beside a gene is read as a control" in one for one in added.warnings)
    added, effects = add([*(f"{gene},1" for gene in genes), "CTRL,2"], name="alone")
    assert effects["CTRL"] == 2
    assert any("CTRL is read as the gene CTRL" in one for one in added.warnings)
    added, effects = add([*(f"{gene},1" for gene in genes), "ctrl,2"], name="label")
    assert "CTRL" not in effects


def test_a_partner_that_nearly_every_row_has_is_a_control(add, genes):
    added, effects = add([*(f"{gene}+backbone,1" for gene in genes[:20]), "NTC+backbone,3"])
    assert sorted(effects.index) == sorted(genes[:20])
    assert any("backbone stands beside nearly every gene" in one for one in added.warnings)


@pytest.mark.parametrize(("repeats", "expected"), [("strongest", -3), ("by-p", 1), ("mean", -1)])
def test_rows_of_one_gene_that_differ_are_read_as_asked(add, genes, repeats, expected):
    rows = [f"{gene},0.5,0.5" for gene in genes if gene != "IL2"]
    added, effects = add([*rows, "IL2,1,0.01", "IL2,-3,0.2"], "gene,lfc,p")
    assert "IL2" not in effects
    assert any("`repeats='strongest'`" in one for one in added.warnings)
    _, effects = add([*rows, "IL2,1,0.01", "IL2,-3,0.2"], "gene,lfc,p", repeats=repeats, name="again")
    assert effects["IL2"] == expected


@pytest.mark.parametrize("options", [{"modality": "interference"}, {}])
def test_start_sites_are_told_by_their_strongest(add, genes, options):
    ends = ("", "") if options else ("_P1", "_P2")
    rows = [f"{gene}{end},{value}" for gene in genes[:20] for end, value in zip(ends, (1, -2), strict=True)]
    _, effects = add(rows, **options)
    assert set(effects) == {-2}
    assert len(effects) == 20


def test_patterns_of_controls_match_and_those_that_match_nothing_are_refused(add, genes, named_workspace):
    rows = [*(f"{gene},1" for gene in genes), *(f"dummy_g{number},0" for number in range(9))]
    added, _ = add(rows, controls=["dummy_*"])
    assert len(controls_of(named_workspace.store, added.screen.id)) == 9
    with pytest.raises(InvalidValueError, match=r"No row of .* is named 'dumy_g'") as caught:
        add(rows, controls=["dumy_g"])
    assert "dummy_g" in caught.value.suggestion


def test_unresolved_names_under_one_stem_are_offered_as_controls(add, genes):
    added, _ = add([*(f"{gene},1" for gene in genes), *(f"QSITE_{number},0" for number in range(12))])
    assert any("begin with 'QSITE'" in one and "`controls=['QSITE*']`" in one for one in added.warnings)


def test_names_found_through_another_are_counted_and_listed(add, genes):
    added, _ = add([*(f"{gene},1" for gene in genes if gene != "WWTR1"), "FGFR2IIIB,2", "NA,3", "Total,4"])
    assert {one.reason for one in added.kept_aside} == {"unresolved", "total"}


def test_ids_that_disagree_with_most_symbols_are_refused_and_fewer_are_believed(add, genes):
    rows = [f"{gene} ({7157 if gene != 'TP53' else 1}),1" for gene in genes]
    with pytest.raises(RefusedFileError, match=r"SYMBOL \(ID\)"):
        add(rows)


def test_too_many_unresolved_names_are_asked_about(add, genes):
    rows = [*(f"{gene},1" for gene in genes[:20]), *(f"QQ{number}Z,1" for number in range(12))]
    with pytest.raises(NeedsChoiceError, match="12 of 32 names mean no human gene"):
        add(rows)
    assert len(add(rows, most_unresolved=0.5)[1]) == 20


def test_an_anchor_gene_that_every_pair_has_stays_a_gene(add, genes):
    _, effects = add([f"{genes[0]}_{gene},1" for gene in genes[1:20]])
    assert len(effects) == 19
    assert all("+" in name for name in effects.index)


def test_numbers_that_count_rows_are_no_ids(add):
    with pytest.raises(NeedsChoiceError, match="60 of 60 names"):
        add([f"{number},1" for number in range(60)], "id,lfc")


def test_a_second_gene_column_of_numbers_is_none(add, genes):
    _, effects = add([f"{gene},0.5,1" for gene in genes], "gene,gene2,lfc")
    assert sorted(effects.index) == sorted(genes)


def test_an_id_that_differs_from_its_symbol_in_a_few_rows_counts_and_is_said(add, genes):
    rows = [f"{gene},,1" for gene in genes if gene not in ("IL2", "TP53")]
    added, effects = add([*rows, "IL2,ENSG00000141510,2"], "gene,ensembl,lfc")
    assert effects["TP53"] == 2
    assert any("In 1 rows symbol and identifier are of different genes" in one for one in added.warnings)
