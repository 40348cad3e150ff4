"""Matrices of Cell Ranger: version 3 in one group, before in one for each genome."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from scipy.sparse import csr_matrix

from db.errors import RefusedFileError
from db.files.cells.opening import opened_cells
from tests.db.files.cells.conftest import CELLS, GENES, TEXT, whole

BARCODES = [f"ACGT{n}-1" for n in range(CELLS)]


def put(file: h5py.File, group: str, counts: np.ndarray, texts: dict[str, list[str]]) -> None:
    made = csr_matrix(counts.astype(np.int32))
    file[f"{group}/data"], file[f"{group}/indices"] = made.data, made.indices.astype(np.int64)
    file[f"{group}/indptr"], file[f"{group}/shape"] = made.indptr.astype(np.int64), np.array(counts.shape[::-1], "i4")
    for name, values in texts.items():
        file.create_dataset(f"{group}/{name}", data=values, dtype=TEXT)


@pytest.fixture
def tenx(tmp_path):
    """A file of groups: name → counts and texts."""

    def write(**groups):
        path = tmp_path / "matrix.h5"
        with h5py.File(path, "w") as file:
            for name, (counts, texts) in groups.items():
                put(file, name, counts, texts)
        return path

    return write


def test_version_3_has_features_of_several_kinds(tenx, counts, names):
    features = {
        "barcodes": BARCODES, "features/name": names, "features/id": [f"ENSG{n:011d}.1" for n in range(GENES)],
        "features/feature_type": ["Gene Expression"] * (GENES - 2) + ["CRISPR Guide Capture"] * 2,
        "features/genome": ["GRCh38"] * (GENES - 2) + [""] * 2,
        "features/target_gene_name": [""] * (GENES - 2) + ["TP53", "Non-Targeting"],
    }  # fmt: skip
    with opened_cells(tenx(matrix=(counts, features))) as cells:
        assert (cells.title, cells.barcodes.tolist()) == ("10x Genomics (.h5)", BARCODES)
        assert cells.genes.iloc[0].tolist() == ["TP53", "ENSG00000000000", "Gene Expression", "GRCh38", ""]
        assert cells.genes["kind"].value_counts().to_dict() == {
            "Gene Expression": GENES - 2, "CRISPR Guide Capture": 2,
        }  # fmt: skip
        assert cells.genes["target"].tolist()[-2:] == ["TP53", "Non-Targeting"]
        assert (whole(cells, cells=9) == counts).all()


def test_version_2_has_a_group_for_its_genome(tenx, counts, names):
    texts = {"barcodes": BARCODES, "gene_names": names, "genes": [f"ENSG{n:011d}" for n in range(GENES)]}
    with opened_cells(tenx(hg19=(counts, texts))) as cells:
        assert cells.genes.iloc[2].tolist() == ["G2", "ENSG00000000002", "", "hg19", ""]
        assert (whole(cells) == counts).all()


def test_several_genomes_of_the_same_cells_are_told_and_lie_beside_each_other(tenx, counts):
    def of(genome, prefix):
        names, ids = ([f"{genome}_{text}{n:011d}" for n in range(GENES)] for text in ("G", prefix))
        return {"barcodes": BARCODES, "gene_names": names, "genes": ids}

    path = tenx(hg19=(counts, of("hg19", "ENSG")), mm10=(counts * 2, of("mm10", "ENSMUSG")))
    with opened_cells(path) as cells:
        assert "Genes of 2 genomes are in it: hg19, mm10." in cells.notes
        assert cells.genes["name"].tolist()[:2] == ["G00000000000", "G00000000001"]
        assert cells.genes["id"].tolist()[GENES] == "ENSMUSG00000000000"
        assert (whole(cells, cells=9, start=4) == np.hstack([counts, counts * 2])[4:]).all()


def test_genomes_with_cells_of_their_own_are_refused(tenx, counts, names):
    texts = {"gene_names": names, "genes": names}
    path = tenx(hg19=(counts, {"barcodes": BARCODES, **texts}), mm10=(counts, {"barcodes": BARCODES[::-1], **texts}))
    with pytest.raises(RefusedFileError, match="2 genomes, hg19, mm10, each with cells of its own"), opened_cells(path):
        pass


def test_names_that_are_not_as_many_as_the_matrix_has_are_refused(tenx, counts, names):
    texts = {"barcodes": BARCODES[1:], "features/name": names, "features/id": names}
    with pytest.raises(RefusedFileError, match="names 49 cells and 12 genes, but its matrix matrix is 50 × 12"):
        opened_cells(tenx(matrix=(counts, texts))).__enter__()
