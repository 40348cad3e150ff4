"""Reported cases of what stands in a gene column: words, ids, pairs, endings, controls, other organisms."""

from __future__ import annotations

import pytest

PAIRS = [
    "pair-A_B", "pair-amp", "pair-colon", "pair-comma", "pair-dashes", "pair-minus", "pair-pipe", "pair-plus",
    "pair-semicolon", "pair-slash", "pair-tilde", "pair-tuple", "pair-two-columns",
]  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_are_pairs_whatever_parts_them(case, name):
    effects = case(name).taken(60)
    assert effects.index.str.contains("+", regex=False).all()
    assert effects.loc["ABCF1+AGER", "estimate"] == pytest.approx(0.1273, abs=1e-4)


def test_both_orders_of_a_pair_are_one_perturbation(case):
    outcome = case("pair-both-orders")
    assert outcome.taken(60).loc["ABCF1+AGER", "estimate"] == pytest.approx(0.1273, abs=1e-4)
    assert "duplicate 1 AGER+ABCF1" in outcome.said


@pytest.mark.parametrize("name", ["dual-screen-Gene-Gene2", "dual-screen-two-columns"])
def test_two_gene_columns_are_pairs_and_no_replicates(case, name):
    outcome = case(name)
    assert outcome.taken(85).loc["ABCF1+AGER", "estimate"] == pytest.approx(0.0502, abs=1e-4)
    assert "gene2 from" in outcome.said
    assert "replicate=" not in outcome.said


@pytest.mark.parametrize(
    "name",
    [
        "depmap-gene-effect", "ensembl-symbol-pipe", "entrez-floats", "entrez-in-gene", "excel-formula-names",
        "isoform-suffix", "lowercase-human", "p1p2-in-names",
    ],
)  # fmt: skip
def test_other_forms_of_the_same_sixty_names_are_the_same_genes(case, name):
    effects = case(name).taken(60)
    assert effects.loc["ABCF1", "estimate"] == pytest.approx(0.1273, abs=1e-4)
    assert effects.loc["BMAL2", "estimate"] == pytest.approx(0.6521, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("entrez-floats", "60 numbers among the names are read as Entrez ids: 23.0 is ABCF1"),
        ("entrez-in-gene", "60 numbers among the names are read as Entrez ids: 23 is ABCF1"),
        ("mixed-ids", "20 numbers among the names are read as Entrez ids"),
        ("isoform-suffix", "60 names are read without their endings (.1, -202"),
        ("p1p2-in-names", "60 names are read without their endings (_P1P2, _P1)"),
    ],
)
def test_what_was_read_into_names_is_said(case, name, said):
    assert said in case(name).said


def test_a_protected_name_is_the_name(case):
    effects = case("apostrophe-names").taken(62)
    assert effects.loc[["MARCHF1", "SEPTIN2"], "estimate"].tolist() == pytest.approx([0.3, 0.4])


def test_controls_of_public_libraries_are_controls_and_no_genes(case):
    outcome = case("control-names")
    assert {"RNF112", "TRIM27", "CTRL", "PPP1R12C", "AAVS1"}.isdisjoint(outcome.taken(200).index)
    assert "control 32" in outcome.said
    assert "--controls unassigned" in outcome.said


def test_a_gene_with_a_control_is_the_gene_alone(case):
    outcome = case("gene-plus-ctrl")
    effects = outcome.taken(61)
    assert effects.loc["AGER", "estimate"] == pytest.approx(0.0502)
    assert effects.loc["ABCF1+AGER", "estimate"] == pytest.approx(-1.25)
    assert not effects.index.str.contains("CTRL").any()
    assert "control 1 line 62: ctrl" in outcome.said


@pytest.mark.parametrize(("name", "word", "gene"), [("gene-cell-na", "NA", "XK"), ("gene-cell-nan", "nan", "SCN11A")])
def test_a_missing_value_is_no_gene(case, name, word, gene):
    outcome = case(name)
    assert gene not in outcome.taken(60).index
    assert f"line 62: {word}: {word} is how a missing value is written" in outcome.said


def test_dates_and_clones_are_kept_aside(case):
    outcome = case("dates-and-clones")
    outcome.taken(60)
    assert "date 3" in outcome.said
    assert "SEPTIN8" in outcome.said
    assert "MARCHF1 or MTARC1" in outcome.said
    assert "RP4-805N21.1" in outcome.said


def test_floats_of_a_spreadsheet_are_told_as_such(case):
    outcome = case("riken-floats")
    outcome.taken(58)
    assert "2.31E+13 is a number that a spreadsheet made of a name (RIKEN" in outcome.said


def test_doubles_of_x_and_y_are_kept_aside_with_their_gene(case):
    outcome = case("gecko-xy-doubles")
    assert {"CD99", "ASMT", "PSMB6"}.isdisjoint(outcome.taken(60).index)
    assert "No gene is named 'CD99_X'. Near it: CD99." in outcome.said


def test_names_that_r_made_are_offered_as_they_were(case):
    outcome = case("make-names")
    assert outcome.taken(61).loc["NKX2-5", "estimate"] == pytest.approx(0.3)
    assert "Near it: HLA-A." in outcome.said
    assert "Near it: HLA-DRA." in outcome.said


def test_mixed_ids_are_all_read(case):
    effects = case("mixed-ids").taken(80)
    assert effects.loc["AGER", "estimate"] == pytest.approx(0.0502, abs=1e-4)


@pytest.mark.parametrize(("name", "count"), [("ids-rescue", 63), ("ids-rescue-and-one-pair", 64)])
def test_ids_settle_names_in_each_row_that_has_one(case, name, count):
    effects = case(name).taken(count)
    assert effects.loc[["WWTR1", "SARS1", "TP53"], "estimate"].tolist() == pytest.approx([2.5, -1.5, -2.0])
    assert name == "ids-rescue" or effects.loc["BTNL10P+BTNL2", "estimate"] == pytest.approx(0.9)


def test_names_that_a_tool_cut_become_no_other_genes(case):
    outcome = case("mle-sg-truncated")
    assert {"NPY6R", "ADAM8", "IKBKG", "RBPJP3"}.isdisjoint(outcome.taken(200).index)
    assert "PP2 may be SGPP2" in outcome.said


def test_rows_of_several_genes_are_of_none(case):
    outcome = case("several-genes-in-a-cell")
    assert not outcome.taken(60).index.str.contains("POTE|CALM|HBA|SMN").any()
    assert "several-genes 4" in outcome.said


def test_of_two_start_sites_the_strongest_stands_and_it_is_said(case):
    outcome = case("two-tss-per-gene")
    assert outcome.taken(80).loc["ABCF1", "estimate"] == pytest.approx(1.1273, abs=1e-4)
    assert "14 perturbations have rows that differ: the strongest is used, since the column TSS" in outcome.said
    assert case("two-tss-per-gene", "--repeats", "by-p").taken(80).loc["ABCF1", "estimate"] == pytest.approx(0.1273)
    assert case("two-tss-per-gene", "--repeats", "mean").taken(80).loc["ABCF1", "estimate"] == pytest.approx(0.6273)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("depmap-names", ("SYMBOL (ID)", "different genes", "CDH2")),
        ("symbol-and-wrong-id", ("60 of 60 rows", "different genes")),
        ("mixed-human-mouse-ensembl", ("mixes species", "--organism")),
        ("yeast", ("budding yeast", "46 of 75", "human and mouse")),
        ("fly", ("fly", "human and mouse")),
        ("pig-ensembl", ("pig", "ENSSSCG")),
        ("rat-ensembl", ("rat", "ENSRNOG")),
        ("hamster", ("mouse", "Chinese hamster", "LOC100771000", "--most-unresolved")),
    ],
)
def test_what_cannot_be_these_genes_is_refused(case, name, words):
    case(name).refused(*words)


def test_a_hamster_file_is_read_as_mouse_where_that_is_meant(case):
    outcome = case("hamster", "--most-unresolved", "0.5")
    assert "Abcf1" in outcome.taken(58).index
    assert "unresolved 32" in outcome.said


@pytest.mark.parametrize("label", ["NTC_", "negctrl|", "ctrl;", "AAVS1|"])
def test_a_gene_whose_name_ends_like_a_start_site_is_read_after_a_control_too(case, tmp_path, label):
    genes = ["TP53", "MMP9", "USP7", "CASP8", "BMP4", "VAV1", "LAT", "CD5"]
    rows = "".join(f"{label}{gene},{place}\n" for place, gene in enumerate(genes, 1))
    (tmp_path / "own.csv").write_text(f"gene,lfc\n{rows}", encoding="utf-8")
    effects = case.run(tmp_path, "screen", "add", "own.csv", "--phenotype", "growth", "--positive-means", "raises")
    assert effects.taken(8)["estimate"].to_dict() == {gene: float(place) for place, gene in enumerate(genes, 1)}


def test_of_two_transcripts_of_a_gene_the_strongest_stands(case, tmp_path):
    genes = ["MMP9", "USP7", "CASP8", "BMP4", "VAV1", "LAT", "CD5", "TP53"]
    rows = "".join(f"{gene}_ENST00000269305.4,{place}\n" for place, gene in enumerate(genes, 1))
    (tmp_path / "own.csv").write_text(f"gene,lfc\n{rows}TP53_ENST00000269309,-9\n", encoding="utf-8")
    outcome = case.run(tmp_path, "screen", "add", "own.csv", "--phenotype", "growth", "--positive-means", "raises")
    assert outcome.taken(8).loc["TP53", "estimate"] == -9
    assert "the strongest is used" in outcome.said
