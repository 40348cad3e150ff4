"""Libraries as they are published are read: columns by name, sequences checked, controls recognised, genes resolved."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from db.errors import InvalidValueError, RefusedFileError
from tests.campaign_world import new_workspace
from tests.tools.orders.order_world import invented
from tools.orders.guide_library import guides_of, read_guides
from tools.orders.options import Ordering

ONE, TWO, THREE, FOUR = invented(4, 1)
HEADERS = {
    "Brunello": ("Target Gene ID,Target Gene Symbol,Target Transcript,Strand,sgRNA Target Sequence,"
                 "Target Context Sequence,PAM Sequence,Rule Set 2 score",
                 f"1,GENE0001,NM_1.2,sense,{ONE},ACGT{ONE}AGGACT,AGG,0.7"),
    "Dolcetto": ("sgRNA Sequence,Annotated Gene Symbol,Annotated Gene ID", f"{ONE},GENE0001,1"),
    "Calabrese": ("Barcode Sequence,Annotated Gene Symbol,Annotated Gene ID", f"{ONE},GENE0001,1"),
    "GeCKO": ("gene_id,UID,seq", f"GENE0001,HGLibA_00001,{ONE}"),
    "TKOv3": ("GENE,SEQUENCE,TARGET EXON,GUIDE_ID", f"GENE0001,{ONE},exon_1,chr1:5-24_GENE0001_+"),
    "hCRISPRi-v2": ("sgID,gene,transcript,protospacer sequence,selection rank,predicted score",
                    f"GENE0001_+_1.23-P1,GENE0001,P1,{ONE},1,0.9"),
    "CRISPick": ("Input,Target Gene Symbol,sgRNA Sequence,sgRNA Context Sequence,PAM Sequence,Pick Order",
                 f"x,GENE0001,{ONE},ACGT{ONE}AGGACT,AGG,1"),
    "MAGeCK": ("sgRNA,sequence,gene", f"s1,{ONE},GENE0001"),
}  # fmt: skip


def read(tmp_path, *lines, name="library.csv", **options):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_guides(path, Ordering(**options))


@pytest.mark.parametrize("published", HEADERS)
def test_a_published_library_is_read_by_its_own_column_names(tmp_path, published):
    header, row = HEADERS[published]
    (guide,) = read(tmp_path, header, row).guides.to_dict("records")
    assert (guide["listed"], guide["sequence"], guide["line"]) == ("GENE0001", ONE, 2)
    if published == "GeCKO":
        assert guide["guide"] == "HGLibA_00001"


def test_a_score_is_best_high_and_a_rank_is_best_low(tmp_path):
    rows = [f"GENE0001,{ONE},1", f"GENE0001,{TWO},3", f"GENE0001,{THREE},2"]
    by_score = read(tmp_path, "gene,sequence,Rule Set 2 score", *rows).guides
    by_rank = read(tmp_path, "gene,sequence,Pick Order", *rows).guides
    in_file = read(tmp_path, "gene,sequence,remark", *rows)
    assert by_score["order"].tolist() == [2, 0, 1]
    assert by_rank["order"].tolist() == [0, 2, 1]
    assert in_file.guides["order"].tolist() == [0, 1, 2]
    assert any("no score" in sentence for sentence in in_file.said)


def test_sequences_are_written_in_capitals_and_as_dna_and_odd_ones_are_left_out_and_said(tmp_path):
    rna = THREE.replace("T", "U")
    library = read(
        tmp_path, "gene,sequence", f"GENE0001,{ONE.lower()}", f"GENE0002,{rna}", "GENE0003,ACGTN" + "ACACACACACACACA",
        "GENE0004,ACGT", "GENE0005,", f"GENE0006,{FOUR}",
    )  # fmt: skip
    assert library.guides["sequence"].tolist() == [ONE, THREE, FOUR]
    said = " ".join(library.said)
    assert "1 sequence is in lower case" in said
    assert "1 sequence is of RNA" in said
    assert "other letters than A, C, G and T (line 4)" in said
    assert "not of 17 to 25 letters (line 5)" in said
    assert "without a sequence (line 6)" in said


def test_a_pam_that_is_glued_to_every_guide_is_cut_off(tmp_path):
    glued = read(tmp_path, "gene,sequence", f"GENE0001,{ONE}AGG", f"GENE0002,{TWO}TGG")
    assert glued.guides["sequence"].tolist() == [ONE, TWO]
    assert glued.guides["pam"].tolist() == ["AGG", "TGG"]
    assert "PAM" in " ".join(glued.said)


def test_controls_are_known_by_their_names_and_told_apart_by_whether_they_cut(tmp_path):
    names = ["NO_CURRENT_1", "Non-Targeting Control", "NTC_3", "AAVS1", "ONE_INTERGENIC_SITE_4", "safe_targeting_2"]
    rows = [f"{name},{sequence}" for name, sequence in zip(names, invented(6, 2), strict=True)]
    library = read(tmp_path, "gene,sequence", *rows, f"GENE0001,{FOUR}")
    kinds = dict(zip(library.guides["listed"], library.guides["control"], strict=True))
    assert [name for name, kind in kinds.items() if kind == "non-targeting"] == names[:3]
    assert [name for name, kind in kinds.items() if kind == "safe"] == names[3:]
    assert kinds["GENE0001"] == ""


def test_a_gene_is_found_under_another_name_and_that_is_said(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    library = read(tmp_path, "gene,sequence", f"cytokin,{ONE}", f"GENE0001,{TWO}", f"GENE0001,{TWO}")
    found = guides_of(library, ["GENE0400", "GENE0001"], workspace.store, "human")
    assert found.guides.set_index("gene")["sequence"].to_dict() == {"GENE0400": ONE, "GENE0001": TWO}
    assert found.renamed == ("GENE0400 is called cytokin in the library.",)


def test_packed_tables_and_workbooks_are_read_too(tmp_path):
    frame = pd.DataFrame({"Gene": ["GENE0001"], "sgRNA sequence": [ONE]})
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    for name in ("a.csv.gz", "a.xlsx"):
        assert read_guides(tmp_path / name, Ordering()).guides["sequence"].tolist() == [ONE]


def test_what_is_no_library_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(RefusedFileError, match="library without sequences"):
        read(tmp_path, "gene,guide", "GENE0001,g1", "GENE0002,g2")
    with pytest.raises(RefusedFileError, match="known to hold the guides' genes"):
        read(tmp_path, "what,sequence", f"GENE0001,{ONE}")
    with pytest.raises(RefusedFileError, match="Several columns"):
        read(tmp_path, "gene,first,second", f"GENE0001,{ONE},{TWO}")
    with pytest.raises(RefusedFileError, match="has no column 'nope'"):
        read(tmp_path, "gene,sequence", f"GENE0001,{ONE}", columns={"gene": "nope"})
    with pytest.raises(InvalidValueError, match="no field 'colour'"):
        read(tmp_path, "gene,sequence", f"GENE0001,{ONE}", columns={"colour": "gene"})
    with pytest.raises(RefusedFileError, match="No row"):
        read(tmp_path, "gene,sequence", "GENE0001,ACGTNACGTNACGTNACGTN")


def test_a_mapped_column_wins_over_a_known_name(tmp_path):
    library = read(tmp_path, "gene,sequence,other", f"GENE0001,{ONE},{TWO}", columns={"sequence": "other"})
    assert library.guides["sequence"].tolist() == [TWO]
