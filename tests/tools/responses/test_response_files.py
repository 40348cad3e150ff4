"""Files of responses are taken as what they are: contrasts, matrices, arrays, ranks of R; others are refused."""

from __future__ import annotations

import gzip
import lzma

import duckdb
import numpy as np
import pandas as pd
import pytest

from db.errors import NeedsChoiceError, RefusedFileError
from db.screens.responses import responses_of
from tools.responses.response_matrix import response_matrix
from tools.responses.tables import add_responses, response_list

GENES = ["IL2RA", "JAK1", "JAK2"]
READOUTS = ["LCK", "MYC", "VAV1", "CD3E"]
EFFECTS = np.array([[1.5, -0.8, 0.1, np.nan], [-2.0, 0.0, 0.3, 0.7], [0.25, 0.5, -0.5, 4.0]])


@pytest.fixture
def matrix(named_workspace):
    def read(path, **options):
        added = add_responses(named_workspace, path, **options)
        return added, response_matrix(named_workspace, added.context.name)

    return read


def same(found, perturbations=GENES, effects=EFFECTS):
    place = [found.readouts.index(name) for name in READOUTS]
    assert list(found.perturbations) == list(perturbations)
    np.testing.assert_allclose(found.estimate[:, place], effects, rtol=1e-6)


def contrast(effects, name="gene"):
    """A table as DESeq2 writes it, with a missing padj."""
    return pd.DataFrame({
        name: READOUTS, "baseMean": 10.0, "log2FoldChange": effects, "lfcSE": 0.1, "stat": 1.0, "pvalue": 0.01,
        "padj": [0.01, 0.2, None, 0.04],
    })  # fmt: skip


# Matrices ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "tsv", "parquet", "upright"])
def test_a_wide_table_is_read_with_perturbations_in_rows_or_where_the_first_column_holds_genes_in_columns(
    matrix, tmp_path, form
):
    wide = pd.DataFrame(EFFECTS, columns=READOUTS)
    wide.insert(0, "perturbation", GENES)
    path = tmp_path / f"wide.{'csv' if form == 'upright' else form}"
    if form == "parquet":
        from db.files.parquet import write_parquet

        write_parquet(wide, path)
    elif form == "upright":
        wide.set_index("perturbation").T.rename_axis("gene").to_csv(path)
    else:
        wide.to_csv(path, index=False, sep="\t" if form == "tsv" else ",")
    added, found = matrix(path)
    same(found)
    assert added.context.rows == 11
    assert (added.rule, added.responding) == ("", 0)


def test_a_rule_on_the_effects_of_a_matrix_tells_which_pairs_respond(matrix, tmp_path):
    wide = pd.DataFrame(EFFECTS, columns=READOUTS, index=pd.Index(GENES, name="perturbation"))
    wide.to_csv(tmp_path / "wide.csv")
    added, _ = matrix(tmp_path / "wide.csv", responds="|lfc|>1")
    assert (added.responding, added.raised) == (3, 2)


def test_arrays_are_matched_with_their_names_by_length_and_padj_tells_which_respond(matrix, tmp_path):
    padj = np.where(np.isnan(EFFECTS), np.nan, 0.5)
    padj[0, 0] = 0.01
    np.savez(tmp_path / "a.npz", lfc=EFFECTS.astype(np.float16), padj=padj, symbol=READOUTS, gene=GENES)
    added, found = matrix(tmp_path / "a.npz")
    same(found, effects=EFFECTS.astype(np.float16))
    assert (added.responding, added.raised, added.rule) == (1, 1, "fdr<0.05")
    np.savez(tmp_path / "b.npz", X=EFFECTS.T, var_names=READOUTS, obs_names=GENES)
    same(matrix(tmp_path / "b.npz")[1])


def test_alleles_are_rows_of_one_perturbation_and_contexts_are_added_one_at_a_time(matrix, tmp_path):
    np.savez(
        tmp_path / "a.npz", lfc=np.vstack([EFFECTS, EFFECTS[:1]]), symbol=READOUTS, gene=[*GENES[:2], "IL2RA", "IL2RA"],
        allele=["KO", "KO", "CE", "KO"], context=["day 6"] * 3 + ["day 9"],
    )  # fmt: skip
    with pytest.raises(NeedsChoiceError, match="day 6, day 9") as refused:
        matrix(tmp_path / "a.npz")
    assert "where={'context'" in refused.value.suggestion
    _, found = matrix(tmp_path / "a.npz", where={"context": "day 6"}, name="six")
    assert found.names == ("IL2RA_CE", "IL2RA_KO", "JAK1_KO")
    assert found.perturbations == ("IL2RA", "IL2RA", "JAK1")
    assert found.targets[0] == found.targets[1]
    np.testing.assert_allclose(found.estimate[0, found.readouts.index("CD3E")], 4.0)


def test_arrays_without_names_are_refused_with_what_to_save(matrix, tmp_path, named_workspace):
    np.savez(tmp_path / "a.npz", lfc=EFFECTS, gene=GENES)
    with pytest.raises(RefusedFileError, match=r"no names for the 3 rows and 4 columns") as refused:
        matrix(tmp_path / "a.npz")
    assert "numpy.savez" in refused.value.suggestion
    np.savez(tmp_path / "b.npz", gene=GENES)
    with pytest.raises(RefusedFileError, match="no matrix of effects"):
        matrix(tmp_path / "b.npz")
    assert response_list(named_workspace) == ()


# Contrasts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["IL2RA_vs_control_DESeq2.csv", "res-exp.csv"])
def test_one_contrast_is_named_by_its_file_or_by_an_option(matrix, tmp_path, name, named_workspace):
    contrast(EFFECTS[1]).to_csv(tmp_path / name, index=False)
    if name.startswith("res"):
        with pytest.raises(NeedsChoiceError, match="Which gene was perturbed") as refused:
            matrix(tmp_path / name)
        assert "perturbation=" in refused.value.suggestion
        assert response_list(named_workspace) == ()
        added, found = matrix(tmp_path / name, perturbation="IL2RA")
    else:
        added, found = matrix(tmp_path / name)
    same(found, ["IL2RA"], EFFECTS[1:2])
    assert (added.responding, added.raised) == (2, 1)
    assert found.standard_error is not None
    # A missing padj is no bad row: the pair is there, and whether it responds is not known.
    labels = responses_of(named_workspace.store, added.context.name).set_index("readout")["de"]
    assert pd.isna(labels["VAV1"])


def test_row_names_of_r_hold_the_readouts_of_a_contrast(matrix, tmp_path):
    contrast(EFFECTS[1]).set_index("gene").rename_axis(None).to_csv(tmp_path / "JAK1_DESeq2.csv")
    same(matrix(tmp_path / "JAK1_DESeq2.csv")[1], ["JAK1"], EFFECTS[1:2])


def test_a_folder_of_contrasts_is_one_context_and_a_stranger_in_it_is_named(matrix, tmp_path, named_workspace):
    folder = tmp_path / "deseq2"
    folder.mkdir()
    for gene, effects in zip(GENES, EFFECTS, strict=True):
        contrast(effects).to_csv(folder / f"2024_run_{gene}_KO_DESeq2.csv", index=False)
    added, found = matrix(folder)
    same(found)
    assert (found.names[0], added.context.name) == ("IL2RA", "deseq2")
    (folder / "samples.csv").write_text("sample,condition\na,b\n")
    with pytest.raises(RefusedFileError, match=r"samples\.csv"):
        matrix(folder, name="again")
    assert len(response_list(named_workspace)) == 1


def test_contrasts_side_by_side_are_alleles_of_one_gene(matrix, tmp_path):
    table = pd.DataFrame({"gene_ID": READOUTS, "hgnc_symbol": READOUTS, "chr": "1", "start": 5})
    for allele, effects in zip(("CE", "KO", "PTC"), EFFECTS, strict=True):
        table[f"JAK1_{allele}_log2FoldChange"] = effects
        table[f"JAK1_{allele}_pvalue"] = 0.5
        table[f"JAK1_{allele}_padj"] = [0.01, 0.2, None, 0.04]
    table.to_csv(tmp_path / "run.tsv", sep="\t", index=False)
    _, found = matrix(tmp_path / "run.tsv")
    same(found, ["JAK1"] * 3)
    assert found.names == ("JAK1_CE", "JAK1_KO", "JAK1_PTC")


# R -----------------------------------------------------------------------------------------------


def r_data(tmp_path, held, pack=gzip.compress):
    import rdata

    path = tmp_path / "held.rda"
    rdata.write_rda(path, {"held": held}, compression="gzip")
    path.write_bytes(pack(gzip.decompress(path.read_bytes())))
    return path


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bytes], ids=["gz", "xz", "plain"])
def test_ranked_lists_of_r_become_responses_that_only_order(matrix, tmp_path, pack):
    held = {"JAK1": {"up_full": np.array(["MYC", "LCK", "VAV1", "CD3E"]), "up": np.array(["MYC", "LCK"])}}
    added, found = matrix(r_data(tmp_path, held, pack))
    assert dict(zip(found.readouts, found.estimate[0], strict=True)) == {
        "MYC": 1,
        "LCK": 0.75,
        "VAV1": 0.5,
        "CD3E": 0.25,
    }
    assert (added.responding, added.raised) == (4, 4)


def test_a_data_frame_of_r_is_read_as_a_table(matrix, tmp_path):
    held = pd.DataFrame({"pert": ["JAK1", "JAK1"], "gene": ["MYC", "LCK"], "lfc": [1.0, -2.0], "padj": [0.01, 0.5]})
    added, found = matrix(r_data(tmp_path, held))
    assert (added.context.rows, added.responding) == (2, 1)
    assert found.perturbations == ("JAK1",)


def test_other_objects_of_r_are_refused_with_what_to_write(matrix, tmp_path, named_workspace):
    with pytest.raises(RefusedFileError, match="no table of responses") as refused:
        matrix(r_data(tmp_path, np.array([1.0, 2.0])))
    assert "write.csv" in refused.value.suggestion
    assert response_list(named_workspace) == ()


# Numbers -----------------------------------------------------------------------------------------


def test_a_typed_file_is_read_as_the_same_rows_of_text_are(named_workspace, tmp_path):
    from db.files.parquet import write_parquet

    rows = pd.DataFrame({
        "pert": ["JAK1", "JAK1", "JAK1", "JAK2", "NTC", "JAK2"], "gene": ["MYC", "LCK", "MYC", "MYC", "MYC", ""],
        "lfc": [1.5, np.nan, 3.0, np.inf, 1.0, 1.0], "padj": [0.01, 0.5, 0.01, 0.01, 0.01, 0.01],
    })  # fmt: skip
    rows.to_csv(tmp_path / "text.csv", index=False)
    write_parquet(rows, tmp_path / "typed.parquet")
    text = add_responses(named_workspace, tmp_path / "text.csv")
    typed = add_responses(named_workspace, tmp_path / "typed.parquet")
    kept = {one.reason: one.rows for one in text.kept_aside}
    assert kept == {"duplicate": 1, "control": 1, "bad-row": 2} == {one.reason: one.rows for one in typed.kept_aside}
    one, two = (responses_of(named_workspace.store, name, numbers=True) for name in ("text", "typed"))
    pd.testing.assert_frame_equal(one, two)


def test_decimal_commas_bounds_and_percent_are_read_as_in_any_table(named_workspace, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("pert;gene;lfc;padj\nJAK1;MYC;1,5;<2e-16\nJAK1;LCK;-0,25;0,5\nJAK2;MYC;0,75;ns?\n")
    added = add_responses(named_workspace, path)
    found = responses_of(named_workspace.store, "odd", numbers=True).set_index("readout")
    assert found["estimate"].to_dict() == {"LCK": -0.25, "MYC": 1.5}
    assert (added.responding, [one.reason for one in added.kept_aside]) == (1, ["bad-row"])


@pytest.mark.parametrize("rule", ["top 50%", "lfc>0.4", "fdr<0.05 & |lfc|>1"])
def test_rules_mean_the_same_as_for_hits_of_a_screen(named_workspace, tmp_path, rule):
    from tools.screens.hit_rules import hits

    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        [(gene, readout) for gene in GENES for readout in READOUTS], columns=["perturbation", "readout"]
    )
    rows["lfc"], rows["fdr"] = np.round(rng.normal(0, 1, 12), 1), np.round(rng.uniform(0, 0.1, 12), 3)
    rows.to_csv(tmp_path / "r.csv", index=False)
    add_responses(named_workspace, tmp_path / "r.csv", responds=rule)
    sided = rows.rename(columns={"lfc": "estimate"}).assign(fdr_low=rows["fdr"], fdr_high=rows["fdr"])
    found = responses_of(named_workspace.store, "r").set_index(["perturbation", "readout"])["de"].astype(bool)
    wanted = hits(sided, rule).set_axis(pd.MultiIndex.from_frame(rows[["perturbation", "readout"]]))
    assert found.sort_index().tolist() == wanted.sort_index().tolist()


@pytest.mark.parametrize("name", ["large.csv", "large.tsv.gz"])
def test_a_text_too_large_for_memory_is_read_by_the_engine_as_the_same_rows(
    named_workspace, tmp_path, monkeypatch, name
):
    rows = pd.DataFrame({
        "pert": ["JAK1", "JAK1", "JAK1", "JAK2", "NTC", "JAK2"], "gene": ["MYC", '"L,CK"', "MYC", "MYC", "MYC", ""],
        "lfc": ["1.5", "NA", "3", "-0.5", "1", "1"], "padj": ["0.01", "0.5", "0.01", "<2e-16", "0.01", "0.01"],
    })  # fmt: skip
    path = tmp_path / name
    rows.to_csv(path, index=False, sep="\t" if ".tsv" in name else ",")
    small = add_responses(named_workspace, path, name="small")
    monkeypatch.setattr("tools.screens.response_files.source.LARGE", 1)
    monkeypatch.setattr("tools.screens.response_files.source.SourceFile.table", None)
    large = add_responses(named_workspace, path, name="large", controls=["nobody"])
    assert small.kept_aside == large.kept_aside
    one, two = (responses_of(named_workspace.store, name, numbers=True) for name in ("small", "large"))
    pd.testing.assert_frame_equal(one, two)
    # A row that is cut short is refused with its line, and nothing is written.
    with path.open("ab") as stream:
        stream.write(gzip.compress(b"JAK1\n") if name.endswith(".gz") else b"JAK1\n")
    with pytest.raises(RefusedFileError, match=r"(?i)line"):
        add_responses(named_workspace, path, name="cut")
    assert len(response_list(named_workspace)) == 2


@pytest.mark.parametrize("bad", ["'inf'::DOUBLE, 0.01", "1.0, 1.5", "1.0, -0.1", "'-inf'::DOUBLE, NULL"])
def test_one_number_that_cannot_be_is_kept_aside_and_nan_is_a_missing_one(named_workspace, tmp_path, bad):
    path = tmp_path / "numbers.parquet"
    with duckdb.connect() as connection:
        rows = f"('IL2RA', 'LCK', 0.5, 0.01), ('IL2RA', 'MYC', 'nan'::DOUBLE, 0.2), ('JAK1', 'LCK', {bad})"
        connection.execute(f"COPY (FROM (VALUES {rows}) t(perturbation, gene, lfc, fdr)) TO '{path}' (FORMAT parquet)")
    added = add_responses(named_workspace, path)
    assert [(one.reason, one.rows) for one in added.kept_aside] == [("bad-row", 1)]
    kept = responses_of(named_workspace.store, "numbers", numbers=True)
    assert kept["estimate"].tolist()[0] == 0.5 and kept["estimate"].isna().tolist() == [False, True]
    assert kept["de"].tolist() == [True, False]


@pytest.mark.parametrize("most", [1 << 30, 1], ids=["marked", "sorted"])
def test_doubles_are_found_whether_pairs_are_marked_or_too_many_for_that(named_workspace, tmp_path, monkeypatch, most):
    monkeypatch.setattr("db.screens.response_rows.MOST_BITS", most)
    path = tmp_path / "twice.csv"
    path.write_text("perturbation,gene,lfc,fdr\nJAK2,VAV1,1,0.5\nIL2RA,LCK,2,0.01\nJAK2,VAV1,3,0.01\n")
    added = add_responses(named_workspace, path)
    assert [(one.reason, one.rows) for one in added.kept_aside] == [("duplicate", 1)]
    assert (added.context.perturbations, added.context.readouts, added.context.rows) == (2, 2, 2)
    kept = responses_of(named_workspace.store, "twice", numbers=True)
    assert kept[["perturbation", "readout", "estimate"]].to_numpy().tolist() == [
        ["IL2RA", "LCK", 2],
        ["JAK2", "VAV1", 1],
    ]
