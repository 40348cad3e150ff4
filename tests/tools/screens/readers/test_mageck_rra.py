"""MAGeCK RRA gene summaries."""

from __future__ import annotations

HEADER = (
    "id num neg|score neg|p-value neg|fdr neg|rank neg|goodsgrna neg|lfc"
    " pos|score pos|p-value pos|fdr pos|rank pos|goodsgrna pos|lfc"
)
IL2 = "IL2 3 3e-11 2.6e-07 0.0004 1 3 -1.9 1.0 0.99 1.0 18899 0 -1.9"
CD5 = "CD5 4 0.9 0.8 0.95 9 0 0.7 0.1 0.02 0.3 2 2 0.7"


def test_both_sides_keep_their_own_p_and_fdr(read):
    table = read("mageck_rra", [HEADER, IL2, CD5])
    first, second = table.rows.to_dict("records")
    assert (first["name"], first["line"], first["guides"]) == ("IL2", 2, 3)
    assert (first["estimate"], first["p_low"], first["p_high"]) == (-1.9, 2.6e-07, 0.99)
    assert (second["fdr_low"], second["fdr_high"]) == (0.95, 0.3)
    assert table.estimate_kind == "lfc"
    assert table.positive_means is None


def test_a_number_column_before_the_names_is_not_the_gene_column(read):
    table = read("mageck_rra", ["," + HEADER.replace(" ", ","), "0," + IL2.replace(" ", ",")], separator=",")
    assert table.rows["name"].tolist() == ["IL2"]


def test_names_in_a_column_without_a_name_are_genes(read):
    header = HEADER.replace("id ", " ", 1)
    assert read("mageck_rra", [header, IL2]).rows["name"].tolist() == ["IL2"]


def test_row_names_that_r_writes_without_a_header_are_genes(read):
    header = HEADER.removeprefix("id ")
    assert read("mageck_rra", [header, IL2, CD5]).rows["name"].tolist() == ["IL2", "CD5"]


def test_a_suffix_picks_one_screen_of_a_wide_file(read):
    names = HEADER.split(" ")
    wide = [names[0], *(f"{name}.rest" for name in names[1:]), *(f"{name}.stim" for name in names[1:])]
    row = IL2 + " " + CD5.removeprefix("CD5 ")
    for suffix in (".stim", "stim"):
        table = read("mageck_rra", [" ".join(wide), row], suffix=suffix)
        assert table.rows[["name", "estimate", "guides"]].to_numpy().tolist() == [["IL2", 0.7, 4]]


def test_where_the_two_fold_changes_differ_that_of_the_smaller_p_is_taken_and_said(read):
    table = read("mageck_rra", [HEADER, IL2.removesuffix("-1.9") + "0.4", CD5.removesuffix("0.7") + "0.9"])
    assert table.rows["estimate"].tolist() == [-1.9, 0.9]
    assert "differ in 2 rows" in table.remarks[0]


def test_a_column_may_name_the_replicates(read):
    table = read("mageck_rra", [f"{HEADER} donor", f"{IL2} d1", f"{IL2} d2"], columns={"replicate": "donor"})
    assert table.rows["replicate"].tolist() == ["d1", "d2"]


def test_a_cell_that_is_no_number_sets_its_row_aside_with_line_and_column(read):
    table = read("mageck_rra", [HEADER, IL2, CD5.replace("0.02", "small")])
    assert table.rows["name"].tolist() == ["IL2"]
    note = table.notes[0]
    assert (note.line, note.name, note.reason) == (3, "CD5", "bad-row")
    assert note.detail == "'small' in column 'pos|p-value' is not a number."
    assert note.source_row["neg|p-value"] == "0.8"


def test_effects_are_known_whichever_side_of_their_name_says_the_arm(read):
    header = HEADER.replace("neg|lfc", "LFC_neg").replace("pos|lfc", "LFC_pos")
    table = read("mageck_rra", [header, IL2, CD5])
    assert (table.estimate_kind, table.rows["estimate"].tolist()) == ("lfc", [-1.9, 0.7])
