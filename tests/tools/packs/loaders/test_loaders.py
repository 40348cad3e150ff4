"""Every kind of pack content: read, placed by name, written once."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from db.errors import InvalidValueError, RefusedFileError
from db.genes.names import has_genes
from db.genes.networks import edge_weight
from db.genes.nomenclature import find_gene, orthologs_of
from db.genes.sets import get_gene_set, list_collections
from db.genes.values import values_of_gene
from db.provenance import list_ingests, notes_of
from db.screens.responses import responses_of
from tools import registry
from tools.packs.loaders.base import LoadStep, Source
from tools.packs.loaders.gene_sets import read_gmt, read_set_table
from tools.packs.loaders.genes import read_hgnc, read_mgi
from tools.packs.loaders.network import read_edges
from tools.packs.loaders.orthologs import read_hcop

NAMES = Path(__file__).parents[3] / "data" / "names"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def parquet(path: Path, sql: str) -> Path:
    duckdb.connect().execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


def load(workspace, folder: Path, loader: str, files: list[str], **options):
    return registry.load("loaders", loader)().load(
        workspace, Source("test", folder), LoadStep(loader, tuple(files), options)
    )


def notes(workspace, name: str) -> dict[str, str]:
    with workspace.store.read() as connection:
        ingest = next(one for one in list_ingests(connection) if one.name == name)
        return {note.name: note.reason for note in notes_of(connection, ingest.id)}


# Gene names --------------------------------------------------------------------------------------

HEADER = (
    "HGNC ID\tApproved symbol\tApproved name\tStatus\tAlias symbols\tNCBI Gene ID(supplied by NCBI)"
    "\tUniProt ID(supplied by UniProt)\tMouse genome database ID(supplied by MGI)"
    "\tRat genome database ID(supplied by RGD)"
    "\tPrevious symbols\tEnsembl gene ID\tLocus type\tEnzyme IDs\n"
)


def test_a_merged_symbol_is_a_former_one_and_a_withdrawn_entry_is_no_gene(tmp_path):
    rows = (
        "HGNC:1\tNEW1\tnew one\tApproved\tA, B\t11\tP1, P2\t\t\tOLD1\tENSG00000000001\tgene with protein product\t\n"
        "HGNC:2\tMERGED\tsymbol withdrawn, see [HGNC:1](/data/HGNC:1)\tSymbol Withdrawn\t\t\t\t\t\t\t\tunknown\t\n"
        "HGNC:3\tGONE\tentry withdrawn\tEntry Withdrawn\t\t\t\t\t\t\t\tunknown\t\n"
    )
    read = read_hgnc(write(tmp_path / "names.tsv", HEADER + rows))
    assert read.genes["symbol"].tolist() == ["NEW1"]
    found = {tuple(row) for row in read.names[["name", "tier"]].to_numpy()}
    assert found == {("A", "alias"), ("B", "alias"), ("OLD1", "previous"), ("MERGED", "previous")}
    assert set(read.identifiers["identifier"]) == {"11", "P1", "P2", "ENSG00000000001"}


def test_a_mouse_gene_on_two_lines_is_one_gene_with_two_identifiers():
    read = read_mgi(NAMES / "mgi_entries.tsv")
    septin = read.genes[read.genes["symbol"] == "Septin2"]
    assert septin["accession"].tolist() == ["MGI:97298"]
    ensembl = read.identifiers[read.identifiers["accession"] == "MGI:97298"]["identifier"]
    assert sorted(ensembl) == ["ENSMUSG00000026276", "ENSMUSG00000116048"]


def test_a_table_that_is_no_nomenclature_is_refused_and_the_store_is_unchanged(workspace, tmp_path):
    write(tmp_path / "names.tsv", "a\tb\n1\t2\n")
    with pytest.raises(RefusedFileError, match="lacks the columns HGNC ID"):
        load(workspace, tmp_path, "genes", ["names.tsv"], layout="hgnc")
    with workspace.store.read() as connection:
        assert not has_genes(connection, "human")
        assert list_ingests(connection) == []


def test_the_same_names_again_are_recognised_and_other_ones_leave_the_store_as_it_is(named_workspace, tmp_path):
    again = load(named_workspace, NAMES, "genes", ["hgnc_entries.tsv"], layout="hgnc")
    assert (again.state, again.rows) == ("already", 0)
    write(tmp_path / "names.tsv", HEADER + "HGNC:1\tNEW1\tn\tApproved\t\t\t\t\t\t\t\tgene\t\n")
    other = load(named_workspace, tmp_path, "genes", ["names.tsv"], layout="hgnc")
    assert other.state == "kept"
    assert find_gene(named_workspace.store, "IL2").accession == "HGNC:6001"


def test_an_unknown_layout_is_refused(workspace, tmp_path):
    with pytest.raises(InvalidValueError, match="There are: hgnc, mgi"):
        load(workspace, tmp_path, "genes", ["names.tsv"], layout="other")


# Orthologs ---------------------------------------------------------------------------------------

HCOP = (
    "Gene stable ID,Gene name,Mouse gene stable ID,Mouse gene name,supporting_source\n"
    'ENSG00000109471,IL2,ENSMUSG00000027720,Il2,"Ensembl,OMA,Treefam"\n'
    "ENSG00000111537,IFNG,ENSMUSG00000055170,Ifng,OMA\n"
    "ENSG99999999999,NONE,ENSMUSG00000055170,Ifng,OMA\n"
    "-,X,ENSMUSG00000055170,Ifng,OMA\n"
)


def test_orthologs_count_their_databases_and_lead_both_ways(named_workspace, tmp_path):
    write(tmp_path / "pairs.csv", HCOP)
    assert read_hcop(tmp_path / "pairs.csv")["sources"].tolist() == [3, 1, 1]
    loaded = load(named_workspace, tmp_path, "orthologs", ["pairs.csv"])
    assert (loaded.state, loaded.rows) == ("loaded", 2)
    assert "1 pairs name a gene" in loaded.detail
    store = named_workspace.store
    assert [(gene.symbol, n) for gene, n in orthologs_of(store, find_gene(store, "IL2"))] == [("Il2", 3)]
    assert [(gene.symbol, n) for gene, n in orthologs_of(store, find_gene(store, "Ifng", "mouse"))] == [("IFNG", 1)]


# Gene sets ---------------------------------------------------------------------------------------


def test_a_gmt_file_becomes_a_collection_and_unplaced_names_are_noted_once(named_workspace, tmp_path):
    write(tmp_path / "a.gmt", "FIRST\thttp\tVAV1\tKIAA0196\tNOPE\nSECOND\t\tIL2\tTAZ\tNOPE\n")
    loaded = load(named_workspace, tmp_path, "gene_sets", ["a.gmt"], layout="gmt", collection="mine")
    assert (loaded.kind, loaded.name, loaded.rows, loaded.kept_aside) == ("gene_sets", "mine", 3, 2)
    assert get_gene_set(named_workspace.store, "mine", "FIRST").genes == ("VAV1", "WASHC5")
    assert notes(named_workspace, "mine") == {"NOPE": "unresolved", "TAZ": "ambiguous"}


def test_a_line_that_is_no_set_is_refused_with_its_number(tmp_path):
    with pytest.raises(RefusedFileError, match="line 2"):
        read_gmt(write(tmp_path / "a.gmt", "FIRST\t\tVAV1\nbroken\n"))


def test_sets_that_share_a_name_are_told_apart_by_their_id(tmp_path):
    rows = "VALUES (1, 'same', 'VAV1;LCP2'), (2, 'same', 'IL2'), (3, 'own', ' IL2 ;')"
    frame = read_set_table(parquet(tmp_path / "s.parquet", f"SELECT * FROM ({rows}) t(ID, Name, Genes)"))
    assert frame[["gene_set", "gene"]].to_numpy().tolist() == [
        ["same (1)", "VAV1"], ["same (1)", "LCP2"], ["same (2)", "IL2"], ["own", "IL2"],
    ]  # fmt: skip


def test_lists_are_placed_by_their_hgnc_id(named_workspace, tmp_path):
    write(tmp_path / "CEGv2.txt", "GENE\tHGNC_ID\tENTREZ_ID\nAARS\tHGNC:20\t16\nTAZ\tHGNC:11577\t6901\n")
    write(tmp_path / "NEGv1.txt", "GENE\tHGNC_ID\tENTREZ_ID\nABCG8\tHGNC:13887\t64241\n")
    load(named_workspace, tmp_path, "gene_sets", ["CEGv2.txt", "NEGv1.txt"], layout="list", collection="essentials")
    assert list_collections(named_workspace.store) == {"essentials": 2}
    assert get_gene_set(named_workspace.store, "essentials", "CEGv2").genes == ("AARS1", "TAFAZZIN")


def test_a_step_without_its_collection_is_refused(named_workspace, tmp_path):
    with pytest.raises(InvalidValueError, match="needs collection"):
        load(named_workspace, tmp_path, "gene_sets", ["a.gmt"], layout="gmt")


# Networks ----------------------------------------------------------------------------------------


def test_edges_are_read_from_text(named_workspace, tmp_path):
    write(tmp_path / "net.csv", "a,b,score\nVAV1,LCP2,900\nIL2,NOPE,800\nIL2,KIAA0196,700\n")
    loaded = load(named_workspace, tmp_path, "network", ["net.csv"], name="net")
    assert (loaded.rows, loaded.kept_aside) == (2, 1)
    assert edge_weight(named_workspace.store, "net", "WASHC5", "IL2") == 700.0


@pytest.mark.parametrize("text", ["a,b\nVAV1,LCP2\n", "a,b,c\nVAV1,LCP2,strong\n"])
def test_a_table_without_weights_is_refused(tmp_path, text):
    with pytest.raises(RefusedFileError, match="two genes and a weight"):
        read_edges(write(tmp_path / "net.csv", text))


def test_an_r_data_file_is_read_as_rdata_itself_reads_it(tmp_path):
    import pandas as pd
    import rdata

    frame = pd.DataFrame({"protein1": ["VAV1", "IL2"], "protein2": ["LCP2", "IL2RA"], "score": [999, 700]})
    rdata.write_rda(tmp_path / "small.rda", {"edges": frame})
    converted = rdata.read_rda(tmp_path / "small.rda")["edges"]
    assert read_edges(tmp_path / "small.rda").to_numpy().tolist() == converted.to_numpy().tolist()


def test_a_file_that_is_no_r_data_is_refused(tmp_path):
    (tmp_path / "net.rda").write_bytes(gzip.compress(b"nothing of the kind"))
    with pytest.raises(RefusedFileError, match=r"net\.rda"):
        read_edges(tmp_path / "net.rda")


# Properties --------------------------------------------------------------------------------------


def test_a_property_is_placed_by_hgnc_id_and_rows_without_a_number_are_left_out(named_workspace, tmp_path):
    rows = "VALUES ('old name', 'HGNC:6001', -0.5), ('VAV1', '', 0.25), ('LCP2', 'HGNC:6529', NULL), ('NOPE', '', 1.0)"
    parquet(tmp_path / "v.parquet", f"SELECT * FROM ({rows}) t(gene, key, value)")
    loaded = load(
        named_workspace,
        tmp_path,
        "gene_values",
        ["v.parquet"],
        property="effect",
        gene="gene",
        hgnc="key",
        value="value",
    )
    assert (loaded.name, loaded.rows, loaded.kept_aside) == ("effect", 2, 1)
    store = named_workspace.store
    assert values_of_gene(store, find_gene(store, "IL2")) == {"effect": -0.5}
    assert values_of_gene(store, find_gene(store, "LCP2")) == {}


def test_a_missing_column_is_refused(named_workspace, tmp_path):
    write(tmp_path / "v.csv", "gene,value\nVAV1,1\n")
    with pytest.raises(RefusedFileError, match="lacks the columns score"):
        load(named_workspace, tmp_path, "gene_values", ["v.csv"], property="p", gene="gene", value="score")


# Screens -----------------------------------------------------------------------------------------


def test_a_screen_goes_through_the_same_door_as_a_users_own(named_workspace, tmp_path):
    symbols = read_hgnc(NAMES / "hgnc_entries.tsv").genes["symbol"].tolist()
    for donor in (1, 2):
        rows = "".join(f"{symbol},{(i - 50) / 10 + donor / 100:.3f}\n" for i, symbol in enumerate(symbols))
        write(tmp_path / f"d{donor}.csv", "gene,lfc\n" + rows)
    options = {
        "name": "mine", "phenotype": "IL-2 production", "study": "Me 2026", "modality": "knockout", "reader": "generic",
        "map": {"gene": "gene", "estimate": "lfc"}, "positive_means": "raises", "hit_rule": "top 5%",
    }  # fmt: skip
    loaded = load(named_workspace, tmp_path, "screen", ["d1.csv", "d2.csv"], **options)
    assert (loaded.kind, loaded.name, loaded.state, loaded.rows) == ("screen", "mine", "loaded", len(symbols))
    again = load(named_workspace, tmp_path, "screen", ["d1.csv", "d2.csv"], **options)
    assert (again.state, again.rows) == ("already", 0)


# Responses of files that users add, too ----------------------------------------------------------

CONTRASTS = "gene_ID\thgnc_symbol\tchr\tstrand\tstart\tend\t{0}_log2FoldChange\t{0}_pvalue\t{0}_padj\n"


def test_a_pack_of_contrasts_is_one_context_with_alleles_as_replicates(named_workspace, tmp_path):
    for allele, effect in (("KO", "1.5"), ("PTC", "-0.5")):
        rows = f"ENSG00000182866\tLCK\t1\t+\t1\t2\t{effect}\t0.001\t0.01\n"
        rows += "ENSG00000000000\t\t1\t+\t1\t2\t0.1\t0.5\t\n"
        write(tmp_path / f"run_day_6_JAK1_{allele}_DEseq2.tsv", CONTRASTS.format(f"JAK1_{allele}") + rows)
    files = sorted(path.name for path in tmp_path.glob("*.tsv"))
    options = {"layout": "file", "name": "day-6", "cell_type": "iPSC", "modality": "knockout"}
    loaded = load(named_workspace, tmp_path, "responses", files, columns={"readout": "gene_ID"}, **options)
    assert (loaded.state, loaded.rows) == ("loaded", 4)
    assert notes(named_workspace, "day-6") == {"ENSG00000000000": "unresolved"}
    found = responses_of(named_workspace.store, "day-6", numbers=True)
    assert set(found["perturbation"]) == {"JAK1"}
    assert found.set_index("readout").loc["LCK", "estimate"].tolist() == [1.5, -0.5]
    again = load(named_workspace, tmp_path, "responses", files, columns={"readout": "gene_ID"}, **options)
    assert again.state == "already"


def test_contrasts_that_share_a_name_are_told_apart_by_their_files(named_workspace, tmp_path):
    for gene in ("JAK1", "JAK2"):
        rows = "ENSG00000182866\tLCK\t1\t+\t1\t2\t0.5\t0.001\t0.01\n"
        write(tmp_path / f"run_{gene}_Auxin_6h_vs_DMSO_DEseq2.tsv", CONTRASTS.format("Auxin_6h_vs_DMSO") + rows)
    files = sorted(path.name for path in tmp_path.glob("*.tsv"))
    load(named_workspace, tmp_path, "responses", files, layout="file", name="degron")
    assert sorted(responses_of(named_workspace.store, "degron")["perturbation"]) == ["JAK1", "JAK2"]


def test_a_layout_that_nobody_knows_is_refused(named_workspace, tmp_path):
    with pytest.raises(InvalidValueError, match="no layout 'other'") as refused:
        load(named_workspace, tmp_path, "responses", ["a.tsv"], layout="other", name="x")
    assert "perturbqa, file" in refused.value.suggestion
