"""SQL as a tool: small typed results, tables that are described, refusals that help."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError, NotFoundError, QueryError
from tests.campaign_world import new_workspace
from tools.evidence import open_evidence
from tools.sql import sql_query, sql_tables


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return new_workspace(tmp_path_factory.mktemp("sql"))


def test_a_query_gives_columns_rows_and_whether_there_is_more(world):
    found = sql_query(world, "SELECT screen, count(*) AS n FROM effects WHERE estimate > ? GROUP BY screen", [-99.0])
    assert found.columns == ("screen", "n")
    assert sorted(found.rows) == [("alpha", 600), ("beta", 600)]
    assert found.truncated is False


def test_evidence_of_a_row_opens(world):
    rows = sql_query(
        world, "SELECT evidence, estimate FROM effects WHERE perturbation = 'GENE0100' AND screen = ?", ["beta"]
    )
    opened = open_evidence(world, rows.rows[0][0])
    assert opened.facts["estimate"] == pytest.approx(rows.rows[0][1])
    assert opened.facts["screen"] == "beta"


def test_the_tables_are_described_column_by_column_with_their_rows(world):
    tables = {one.name: one for one in sql_tables(world)}
    assert tables["effects"].rows == 1200
    assert tables["effects"].columns["estimate"] == "effect; positive = raises the phenotype"
    assert [one.name for one in sql_tables(world, "genes")] == ["genes"]
    with pytest.raises(NotFoundError) as refused:
        sql_tables(world, "efects")
    assert "effects" in refused.value.suggestion


def test_the_docstring_names_every_table(world):
    assert all(f"`{table.name}`" in (sql_query.__doc__ or "") for table in sql_tables(world))


def test_a_failing_query_and_a_deadline_out_of_range_are_refused_in_words(world):
    with pytest.raises(QueryError, match="estimat"):
        sql_query(world, "SELECT estimat FROM effects")
    with pytest.raises(InvalidValueError, match="99 seconds"):
        sql_query(world, "SELECT 1", seconds=99)
