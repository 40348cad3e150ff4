"""Vectors of genes from files and from the store, and the controls that know nothing."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.files.parquet import write_parquet
from tests.expression_world import world
from tests.synthetic_store import SYMBOLS, shared_world, workspace_on
from tools.expression.vectors import gene_vectors, random_vectors
from tools.expression.vectors.files import vectors_of_file

GENES = ["TP53", "MYC", "GATA1"]
VECTORS = np.array([[1.0, 0, 2], [0, 1, 0], [3, 0, 0]], dtype=np.float32)


def files(folder):
    """The same vectors in every form."""
    table = pd.DataFrame(VECTORS, columns=["x", "y", "z"])
    table.insert(0, "gene", GENES)
    lists = {gene: [float(one) for one in vector] for gene, vector in zip(GENES, VECTORS, strict=True)}
    arrays = dict(zip(GENES, VECTORS, strict=True))
    (folder / "lists.pickle").write_bytes(pickle.dumps(lists))
    (folder / "arrays.pkl").write_bytes(pickle.dumps(arrays))
    np.savez(folder / "both.npz", genes=np.array(GENES), vectors=VECTORS)
    write_parquet(table, folder / "table.parquet")
    table.to_csv(folder / "table.csv", index=False)
    table.to_csv(folder / "table.tsv", sep="\t", index=False)
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".duckdb")


def test_every_form_gives_the_same_vectors(tmp_path):
    folder = tmp_path / "vectors"
    folder.mkdir()
    for path in files(folder):
        found = vectors_of_file(path)
        assert list(found.index) == GENES, path.name
        assert np.array_equal(found.to_numpy(), VECTORS), path.name


@pytest.mark.parametrize(
    ("held", "said"),
    [({"A": [1.0, 2.0], "B": [1.0]}, "1 to 2 numbers"), ([1.0], "dictionary"), ({"A": [np.nan, 1.0]}, "finite")],
)
def test_vectors_that_are_none_are_refused(tmp_path, held, said):
    path = tmp_path / "held.pkl"
    path.write_bytes(pickle.dumps(held))
    with pytest.raises(RefusedFileError, match=said):
        vectors_of_file(path)


def test_other_files_are_refused_with_the_forms_that_work(tmp_path):
    (tmp_path / "vectors.h5").write_bytes(b"")
    with pytest.raises(RefusedFileError, match="npz"):
        vectors_of_file(tmp_path / "vectors.h5")
    (tmp_path / "words.csv").write_text("gene,x,y\nTP53,a,b\n")
    with pytest.raises(RefusedFileError, match="table of numbers"):
        vectors_of_file(tmp_path / "words.csv")


def test_a_files_names_are_resolved_and_genes_that_it_lacks_have_no_direction(named_workspace, tmp_path):
    np.savez(tmp_path / "v.npz", genes=np.array(["ENSG00000141510", "MYC"]), vectors=VECTORS[:2])
    found = gene_vectors(named_workspace, ["TP53", "MYC", "GATA1"], file=tmp_path / "v.npz")
    by_gene = dict(zip(found.genes, found.sources["file"], strict=True))
    assert list(found.sources) == ["file"]
    assert not by_gene["GATA1"].any()
    assert by_gene["MYC"] == pytest.approx([0, 1, 0])


def test_a_file_of_other_genes_is_refused(named_workspace, tmp_path):
    np.savez(tmp_path / "v.npz", genes=np.array(["nobody", "none"]), vectors=VECTORS[:2])
    with pytest.raises(NotFoundError, match="symbols"):
        gene_vectors(named_workspace, ["MYC"], file=tmp_path / "v.npz")


def test_random_vectors_have_the_size_of_the_real_ones_and_nothing_of_them():
    known = world().vectors
    found = random_vectors(known, np.random.default_rng(0))
    assert {name: one.shape for name, one in found.sources.items()} == {
        name: one.shape for name, one in known.sources.items()
    }
    likeness = found.sources["dense"] @ found.sources["dense"].T
    module = np.array([int(gene[1:]) % 6 for gene in found.genes])
    same = module[:, None] == module[None, :]
    apart = ~np.eye(len(module), dtype=bool)
    assert abs(likeness[same & apart].mean() - likeness[~same].mean()) < 0.15


def test_the_store_gives_each_source_by_itself_and_refuses_an_unknown_one(tmp_path_factory, tmp_path):
    store, _ = shared_world(tmp_path_factory)
    space = workspace_on(store, tmp_path / "space")
    found = gene_vectors(space, SYMBOLS[:50])
    assert {"string", "text"} <= set(found.sources)
    assert list(gene_vectors(space, SYMBOLS[:50], ["string"]).sources) == ["string"]
    with pytest.raises(InvalidValueError, match=r"There are: .*string"):
        gene_vectors(space, SYMBOLS[:50], ["horoscope"])
