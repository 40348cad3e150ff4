"""Cells named by a reference: planted types are found, within a species and across two, and strangers are flagged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.files.cells.opening import opened_cells
from tests.labelled_world import TYPES, own_genes, write_cells
from tools.cells.annotation.annotating import annotate_cells
from tools.registry import names
from tools.workspace import Progress


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return write_cells(tmp_path_factory.mktemp("reference") / "reference.h5ad")


@pytest.fixture(scope="module")
def query(tmp_path_factory):
    return write_cells(tmp_path_factory.mktemp("query") / "query.h5ad", (60, 30, 20, 10), seed=3)


def test_planted_types_are_named_with_their_genes(cells_space, reference, query):
    found = annotate_cells(cells_space, query, reference, "cell_type")
    assert found.accuracy > 0.97
    assert found.macro_f1 > 0.95
    assert {one.label for one in found.labels} == set(TYPES)
    assert sum(one.cells for one in found.labels) + found.unlike == found.cells == 120
    for one in found.labels:
        assert set(one.genes) <= set(own_genes(TYPES.index(one.label)))
        assert one.probability > 0.9
        assert one.description.startswith(f"high in {', '.join(one.genes[:3])}; ")
    assert found.unlike <= 12
    assert {row.label: row.cells for row in found.confusion} == dict(zip(TYPES, (60, 30, 20, 10), strict=True))


def test_cells_of_another_species_are_named_through_orthologs(cells_space, reference, tmp_path):
    mouse = write_cells(
        tmp_path / "mouse.h5ad", (30, 30, 30, 30), seed=4, mouse=True, labels=("Alpha", "BETA", "delta", "ductal")
    )
    found = annotate_cells(cells_space, mouse, reference, "cell_type", across_species=True)
    assert (found.organism, found.reference_organism) == ("mouse", "human")
    assert found.accuracy > 0.95
    assert {row.label for row in found.confusion} == set(TYPES), "labels that differ in case are the same"
    assert all(gene in {one.title() for one in own_genes(TYPES.index(label.label))} for label in found.labels
               for gene in label.genes)  # fmt: skip


def test_a_type_that_the_reference_lacks_is_unlike_anything_in_it(cells_space, query, tmp_path):
    without = write_cells(tmp_path / "without.h5ad", (40, 40, 40, 0), seed=1)
    found = annotate_cells(cells_space, query, without, "cell_type")
    rows = {row.label: row for row in found.confusion}
    assert not rows["ductal"].known
    assert rows["ductal"].named.get("unlike", 0) >= 9
    flagged = sum(row.named.get("unlike", 0) for label, row in rows.items() if label != "ductal")
    assert flagged <= 0.1 * 110


@pytest.mark.parametrize("mouse", [False, True])
def test_a_reference_of_another_tissue_is_caught(cells_space, tmp_path, mouse):
    blood = write_cells(tmp_path / "blood.h5ad", (40, 40, 0, 0), seed=1)
    gut = write_cells(tmp_path / "gut.h5ad", (0, 0, 40, 40), seed=6, mouse=mouse)
    found = annotate_cells(cells_space, gut, blood, "cell_type", across_species=mouse)
    assert found.unlike >= 0.9 * found.cells
    own = write_cells(tmp_path / "own.h5ad", (40, 40, 0, 0), seed=6, mouse=mouse)
    assert annotate_cells(cells_space, own, blood, "cell_type", across_species=mouse).unlike <= 0.1 * found.cells


def test_labels_that_rest_on_few_cells_are_named(cells_space, query, tmp_path):
    few = write_cells(tmp_path / "few.h5ad", (40, 40, 40, 6), seed=1)
    (said,) = [one for one in annotate_cells(cells_space, query, few, "cell_type").notes if "Fewer than" in one]
    assert "ductal (6)" in said
    assert "alpha" not in said


def test_no_label_of_the_file_is_used(cells_space, reference, query, tmp_path):
    with opened_cells(query) as file:
        turned = file.column("cell_type").to_numpy(dtype=object)[::-1].copy()
    hidden = write_cells(tmp_path / "query.h5ad", (60, 30, 20, 10), seed=3, obs={"cell_type": turned})
    one, other = (annotate_cells(cells_space, file, reference, "cell_type") for file in (query, hidden))
    assert one.labels == other.labels
    assert other.accuracy < 0.6


def test_the_table_has_a_row_for_each_cell(cells_space, reference, query, tmp_path):
    found = annotate_cells(cells_space, query, reference, "cell_type", out=tmp_path / "named.tsv")
    table = pd.read_csv(tmp_path / "named.tsv", sep="\t")
    assert list(table) == [
        "cell",
        "label",
        "probability",
        "second",
        "second_probability",
        "likeness",
        "agreement",
        "unlike",
    ]
    assert len(table) == found.cells
    assert table["unlike"].sum() == found.unlike
    assert (table["probability"] >= table["second_probability"]).all()
    assert (table["probability"] + table["second_probability"] <= 1.0002).all()


@pytest.mark.parametrize("vectors", names("cell_vectors"))
def test_every_kind_of_vectors_names_planted_types(cells_space, reference, query, vectors):
    found = annotate_cells(cells_space, query, reference, "cell_type", vectors=vectors, head="logistic")
    # Texts show modules of twenty genes, types raise twelve: the same vectors for genes of two types.
    assert found.accuracy > (0.7 if vectors.startswith("text") else 0.95)


def test_the_same_seed_names_alike_and_work_is_reported(cells_space, reference, query):
    seen: list[Progress] = []
    from dataclasses import replace

    heard = replace(cells_space, report=seen.append)
    one, other = (annotate_cells(heard, query, reference, "cell_type", seed=2) for _ in range(2))
    assert one == other
    assert {"name cells", "read query.h5ad"} <= {step.task for step in seen}


def test_a_cancelled_run_ends(cells_space, reference, query):
    from dataclasses import replace

    def cancel(step: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        annotate_cells(replace(cells_space, report=cancel), query, reference, "cell_type")


def test_probabilities_are_as_often_right_as_they_say(cells_space, tmp_path):
    rng = np.random.default_rng(0)
    noisy = write_cells(tmp_path / "noisy.h5ad", (150,) * 4, seed=7)
    asked = write_cells(tmp_path / "asked.h5ad", (150,) * 4, seed=8)
    # A fifth of the reference's labels are wrong, so that no probability above about four fifths can be right.
    with opened_cells(noisy) as file:
        labels = file.column("cell_type").to_numpy(dtype=object)
    wrong = rng.random(len(labels)) < 0.2
    labels[wrong] = rng.choice(TYPES, wrong.sum())
    noisy = write_cells(tmp_path / "noisy.h5ad", (150,) * 4, seed=7, obs={"cell_type": labels})
    found = annotate_cells(cells_space, asked, noisy, "cell_type")
    assert found.accuracy > 0.95
    assert np.average([one.probability for one in found.labels]) == pytest.approx(found.held_out_accuracy, abs=0.08)
