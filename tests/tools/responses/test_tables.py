"""Tables of responses come into the store whole: labels by a rule, doubtful rows set aside, each row as evidence."""

from __future__ import annotations

import pandas as pd
import pytest

from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from db.screens.responses import measured_responses, responses_of
from tools.evidence import open_evidence
from tools.responses.tables import add_responses, response_list, response_remove

ROWS = [
    ("IL2RA", "MYC", 1.5, 0.001),
    ("IL2RA", "LCK", -0.8, 0.01),
    ("IL2RA", "VAV1", 0.1, 0.9),
    ("JAK1", "MYC", -2.0, 0.0001),
    ("JAK1", "LCK", 0.0, 0.99),
    ("JAK1", "VAV1", 0.3, 0.06),
]


@pytest.fixture
def table(tmp_path):
    def write(rows=ROWS, columns=("perturbation", "readout", "lfc", "fdr"), name="mine.csv"):
        path = tmp_path / name
        pd.DataFrame(rows, columns=list(columns)).to_csv(path, index=False)
        return path

    return write


def labels(workspace, name="mine"):
    rows = responses_of(workspace.store, name, numbers=True)
    return {(one.perturbation, one.readout): (one.de, one.up) for one in rows.itertuples()}


def test_a_pair_responds_by_fdr_and_goes_up_by_its_sign(named_workspace, table):
    added = add_responses(named_workspace, table(), cell_type="T cells", study="Ours 2026", modality="knockout")
    assert (added.context.name, added.context.cell_type, added.context.study) == ("mine", "T cells", "Ours 2026")
    assert (added.context.perturbations, added.context.readouts, added.context.rows) == (2, 3, 6)
    assert (added.responding, added.raised, added.rule) == (3, 1, "fdr<0.05")
    found = labels(named_workspace)
    assert found["IL2RA", "MYC"] == (True, True)
    assert found["IL2RA", "LCK"] == (True, False)
    assert not found["JAK1", "VAV1"][0]
    assert pd.isna(found["JAK1", "VAV1"][1])
    assert [one.name for one in response_list(named_workspace)] == ["mine"]


def test_a_rule_of_ones_own_and_columns_of_other_names(named_workspace, table):
    path = table(columns=("guide", "symbol", "log2FC", "padj"))
    mapped = {"perturbation": "guide"}
    added = add_responses(named_workspace, path, columns=mapped, responds="fdr<0.05 & |lfc|>1")
    assert added.responding == 2
    with pytest.raises(NeedsChoiceError, match="perturbation") as refused:
        add_responses(named_workspace, path, name="again")
    assert "`columns={'perturbation': COLUMN}`" in refused.value.suggestion


def test_labels_of_the_file_count_before_any_rule(named_workspace, table):
    rows = [("JAK1", "MYC", 1, 0), ("JAK1", "LCK", 0, ""), ("IL2RA", "MYC", "", "")]
    added = add_responses(named_workspace, table(rows, ("pert", "gene", "label", "up")))
    assert (added.responding, added.raised, added.rule) == (1, 0, "label in column label")
    found = labels(named_workspace)
    assert found["JAK1", "MYC"] == (True, False)
    assert pd.isna(found["IL2RA", "MYC"][0])


def test_rows_that_cannot_be_used_are_kept_aside_with_their_line(named_workspace, table):
    rows = [
        *ROWS, ("JAK1", "MYC", 1.0, 0.5), ("non-targeting", "MYC", 1.0, 0.5), ("JAK2", "", 1.0, 0.5),
        ("JAK2", "LCK", "much", 0.5), ("JAK2", "VAV1", 1.0, 1.5), ("NOSUCH", "MYC", 1.0, 0.5),
    ]  # fmt: skip
    added = add_responses(named_workspace, table(rows))
    kept = {one.reason: one for one in added.kept_aside}
    assert {reason: one.rows for reason, one in kept.items()} == {"duplicate": 1, "control": 1, "bad-row": 3}
    assert "8" in kept["duplicate"].examples[0]
    # A name that is no known gene stays, and is said.
    assert [one.reason for one in added.flags] == ["unresolved"]
    assert ("NOSUCH", "MYC") in labels(named_workspace)


def test_the_same_file_is_written_once_and_another_description_of_it_is_refused(named_workspace, table):
    first = add_responses(named_workspace, table(), cell_type="T cells")
    again = add_responses(named_workspace, table(), cell_type="T cells")
    assert again.already_present
    assert again.ingest_id == first.ingest_id
    assert again.responding == first.responding
    with pytest.raises(ConflictError, match="B cells"):
        add_responses(named_workspace, table(), cell_type="B cells")
    with pytest.raises(ConflictError, match="mine"):
        add_responses(named_workspace, table(ROWS[:4], name="other.csv"), name="mine")


@pytest.mark.parametrize(
    ("rows", "columns", "options", "error", "said"),
    [
        (ROWS, ("pert", "gene", "x", "y"), {}, NeedsChoiceError, "`columns={'de': COLUMN}`"),
        (ROWS, ("pert", "gene", "lfc", "fdr"), {"columns": {"pert": "pert"}}, InvalidValueError, "perturbation"),
        (ROWS, ("pert", "gene", "lfc", "fdr"), {"columns": {"p": "nowhere"}}, InvalidValueError, "pert, gene"),
        (ROWS, ("pert", "gene", "lfc", "fdr"), {"modality": "magic"}, InvalidValueError, "interference"),
        (ROWS, ("pert", "gene", "lfc", "fdr"), {"name": "a:b"}, InvalidValueError, "colon"),
        ([("JAK1", "MYC", "perhaps", 1)], ("pert", "gene", "de", "x"), {}, RefusedFileError, "1 and 0"),
        ([("NTC_1", "MYC", 1.0, 0.1)], ("pert", "gene", "lfc", "fdr"), {}, RefusedFileError, "no row"),
    ],
)
def test_what_cannot_be_read_is_refused_and_the_store_stays(
    named_workspace, table, rows, columns, options, error, said
):
    with pytest.raises(error) as refused:
        add_responses(named_workspace, table(rows, columns), **options)
    assert said in f"{refused.value} {refused.value.suggestion}"
    assert response_list(named_workspace) == ()


def test_a_response_opens_as_evidence_by_symbol_or_file_name_and_near_ones_are_named(named_workspace, table):
    add_responses(named_workspace, table(), cell_type="T cells", study="Ours 2026")
    opened = open_evidence(named_workspace, "response:mine:IL2RA:LCK")
    assert opened.kind == "response"
    assert (opened.facts["responds"], opened.facts["up"], opened.facts["estimate"]) == (True, False, -0.8)
    assert "LCK responds and goes down when IL2RA is perturbed in T cells" in opened.summary
    assert opened.sources[0].source == "mine.csv"
    with pytest.raises(NotFoundError) as refused:
        open_evidence(named_workspace, "response:mine:IL2RA:MYCN")
    assert "response:mine:IL2RA:MYC" in refused.value.suggestion
    with pytest.raises(InvalidValueError, match="response:mine"):
        open_evidence(named_workspace, "response:mine")


def test_what_is_measured_of_a_perturbation_is_found_in_every_context(named_workspace, table):
    add_responses(named_workspace, table(), name="one")
    add_responses(named_workspace, table(ROWS[:2], name="b.csv"), name="two")
    found = measured_responses(named_workspace.store, "IL2RA")
    assert found["context"].tolist() == ["one"] * 3 + ["two"] * 2
    assert measured_responses(named_workspace.store, "TP53").empty


def test_a_removed_table_leaves_the_others_and_their_study_and_makes_room_for_a_corrected_one(named_workspace, table):
    store = named_workspace.store
    add_responses(named_workspace, table(ROWS[1:], name="kept.csv"), study="Ours 2026", cell_type="B cells")
    before = rows_by_table(store)
    wrong = [*ROWS[:3], ("NOSUCH", "MYC", 1.0, 0.5)]
    added = add_responses(named_workspace, table(wrong), study="Ours 2026", cell_type="T cell")
    fits = named_workspace.paths.cache / "responses"
    fits.mkdir(parents=True)
    for name in (f"mine-{'0' * 32}.fit", f"mine-across-{'0' * 32}.fit", f"kept-{'0' * 32}.fit"):
        (fits / name).write_bytes(b"")
    assert response_remove(named_workspace, "MINE") == added.context
    assert rows_by_table(store) == before
    assert [path.name for path in fits.iterdir()] == [f"kept-{'0' * 32}.fit"]
    again = add_responses(named_workspace, table(), study="Ours 2026", cell_type="T cells")
    assert (again.already_present, again.context.cell_type, again.context.rows) == (False, "T cells", 6)
    assert store.verify() == []


def test_the_last_table_takes_its_study_along_and_an_unknown_name_is_refused_with_near_ones(named_workspace, table):
    before = rows_by_table(named_workspace.store)
    add_responses(named_workspace, table(), study="Ours 2026")
    with pytest.raises(NotFoundError) as refused:
        response_remove(named_workspace, "mime")
    assert "Did you mean mine?" in refused.value.suggestion
    with pytest.raises(ConflictError) as refused:
        add_responses(named_workspace, table(ROWS[:4], name="other.csv"), name="mine")
    assert "`response_remove('mine')`" in refused.value.suggestion
    response_remove(named_workspace, "mine")
    assert rows_by_table(named_workspace.store) == before


def rows_by_table(store) -> dict[str, int]:
    """Row counts of the tables that responses fill."""
    names = (
        "response_screen", "response", "response_perturbation", "response_readout", "ingest", "ingest_note", "study",
    )  # fmt: skip
    with store.read() as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in names}
