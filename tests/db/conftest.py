"""A store with one screen of three perturbations, written by the functions of db alone."""

from __future__ import annotations

import pandas as pd
import pytest

from db.provenance import record_ingest
from db.records import Study
from db.screens import writing


def write_screen(store, name="one", content="content", **options) -> int:
    """Writes a screen A, B, C+D with effects -1, 0.5, 2 and gives its id."""
    with store.write("test") as connection:
        ingest_id = record_ingest(
            connection, content=content, kind="screen", name=name, source=f"{name}.csv", source_hash="h", tool="test",
            arguments={},
        )  # fmt: skip
        study_id = writing.add_study(connection, Study("Mine 2026"))
        screen_id = writing.insert_screen(
            connection, name=name, ingest_id=ingest_id, phenotype="x", organism="human", study_id=study_id,
            hit_rule="top 5%", **options,
        )  # fmt: skip
        contrast_id = writing.insert_contrast(
            connection, screen_id=screen_id, ingest_id=ingest_id, name=name, estimate_kind="lfc",
            positive_means="raises", sign_evidence="declared",
        )  # fmt: skip
        genes = pd.DataFrame({"name": ["C+D", "A", "B"], "gene_id": [3, 1, 2], "second_gene_id": [4, None, None]})
        ids = writing.ensure_perturbations(connection, "human", genes)
        frame = pd.DataFrame({"perturbation_id": ids[["C+D", "A", "B"]].to_numpy(), "estimate": [2.0, -1.0, 0.5]})
        frame["p_low"] = [float("nan"), 1e-300, 0.0]
        frame["guides"] = pd.array([4, None, 3], dtype="Int64")
        writing.insert_effects(connection, contrast_id, ingest_id, frame)
        controls = pd.DataFrame({"name": ["NTC"], "estimate": [0.1]})
        writing.insert_controls(connection, contrast_id, ingest_id, controls)
        names = pd.DataFrame({"perturbation_id": [ids["A"], ids["A"], ids["B"]], "name": ["a-old", "a-old", "b"]})
        writing.insert_source_names(connection, screen_id, names)
    return screen_id


@pytest.fixture
def screen_id(store) -> int:
    """Id of the screen ``one``."""
    return write_screen(store)


@pytest.fixture
def write_one():
    """Writes further screens."""
    return write_screen
