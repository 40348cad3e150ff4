"""Rounds of campaigns: nominations and grades. Their results are in `db.campaigns.results`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from db.acts import act
from db.campaigns.records import ShortlistInfo
from db.errors import ConflictError
from db.provenance import next_id, utc_now
from db.records import Nomination, Outcome, Round, RoundState
from db.store import Store


@dataclass(frozen=True)
class GivenGrade:
    """A grade as the store holds it.

    Attributes:
        perturbation: What was graded.
        draw: Number of the draw.
        grade: From 0 to 4.
        reason: Why, in words.
        evidence: Evidence ids.
        graded_by: ``person``, or the name of a language model.
    """

    perturbation: str
    draw: int
    grade: float
    reason: str
    evidence: tuple[str, ...]
    graded_by: str


# Reading -----------------------------------------------------------------------------------------


def grades_of(store: Store, round_id: int) -> tuple[GivenGrade, ...]:
    """The grades of a round, by perturbation, grader and draw.

    Args:
        store: The store.
        round_id: Id of the round.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT p.name, g.draw, g.grade, g.reason, g.evidence, g.graded_by FROM grade g"
            " JOIN perturbation p ON p.id = g.perturbation_id WHERE g.round_id = ?"
            " ORDER BY p.name, g.graded_by, g.draw",
            [round_id],
        ).fetchall()
    return tuple(GivenGrade(row[0], row[1], row[2], row[3], tuple(row[4]), row[5]) for row in rows)


def rounds_of(store: Store, campaign_id: int) -> list[Round]:
    """The rounds of a campaign with their nominations, by number.

    A nomination's grade is the mean over its graders of each one's mean over draws, None where there is none.

    Args:
        store: The store.
        campaign_id: Id of the campaign.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT id, campaign_id, number, state, seed, shortlist, created_at, confirmed_at, measured_at FROM round"
            " WHERE campaign_id = ? ORDER BY number",
            [campaign_id],
        ).fetchall()
        return [_round(connection, row) for row in rows]


def _round(connection: duckdb.DuckDBPyConnection, row: tuple[Any, ...]) -> Round:
    shortlist = ShortlistInfo.from_json(json.loads(row[5]))
    return Round(row[0], row[1], row[2], row[3], row[4], shortlist, _nominations(connection, row[0]), *row[6:])


def _nominations(connection: duckdb.DuckDBPyConnection, round_id: int) -> tuple[Nomination, ...]:
    rows = connection.execute(
        "SELECT n.rank, p.name, a.symbol, b.symbol, n.hit_probability, n.low, n.high, n.utility, n.support,"
        " n.nominated_by, n.flags, coalesce(g.grade, n.grade), n.reason, n.evidence, n.outcome"
        " FROM nomination n JOIN perturbation p ON p.id = n.perturbation_id JOIN gene a ON a.id = p.gene_id"
        " LEFT JOIN gene b ON b.id = p.second_gene_id"
        " LEFT JOIN (SELECT round_id, perturbation_id, avg(grade) AS grade FROM (SELECT round_id, perturbation_id,"
        " graded_by, avg(grade) AS grade FROM grade GROUP BY ALL) GROUP BY ALL) g"
        " ON g.round_id = n.round_id AND g.perturbation_id = n.perturbation_id"
        " WHERE n.round_id = ? ORDER BY n.rank",
        [round_id],
    ).fetchall()
    return tuple(
        Nomination(
            rank=row[0], perturbation=row[1], target_genes=(row[2],) if row[3] is None else (row[2], row[3]),
            hit_probability=row[4], low=row[5], high=row[6], utility=row[7], support=row[8], by=row[9],
            flags=tuple(row[10]), grade=row[11], reason=row[12], evidence=tuple(row[13]), outcome=row[14],
        )
        for row in rows
    )  # fmt: skip


# Writing, inside `Store.write` -------------------------------------------------------------------


def write_round(
    connection: duckdb.DuckDBPyConnection,
    *,
    campaign_id: int,
    number: int,
    seed: int,
    shortlist: ShortlistInfo,
    nominations: Sequence[Nomination],
) -> int:
    """Writes an open round, in place of the open round of the same number if there is one; its grades stay.

    Args:
        connection: The writing connection.
        campaign_id: Id of the campaign.
        number: Number of the round.
        seed: Its seed.
        shortlist: What is to be known of the list as a whole.
        nominations: Its places.

    Returns:
        The round's id.

    Raises:
        ConflictError: The round is confirmed or measured, or an earlier one is not measured.
    """
    states = dict(connection.execute("SELECT number, state FROM round WHERE campaign_id = ?", [campaign_id]).fetchall())
    if states.get(number, "open") != "open" or any(states.get(n) != "measured" for n in range(1, number)):
        raise ConflictError(
            f"Round {number} changed while its shortlist was computed.",
            f"Look at it with {act('campaign_show')}, then propose again.",
        )
    text = json.dumps(shortlist.to_json(), sort_keys=True, ensure_ascii=False)
    if number in states:
        round_id = int(
            connection.execute(
                "SELECT id FROM round WHERE campaign_id = ? AND number = ?", [campaign_id, number]
            ).fetchall()[0][0]
        )
        connection.execute("DELETE FROM nomination WHERE round_id = ?", [round_id])
        connection.execute(
            "UPDATE round SET seed = ?, shortlist = ?, created_at = ? WHERE id = ?", [seed, text, utc_now(), round_id]
        )
    else:
        round_id = next_id(connection, "round")
        connection.execute(
            "INSERT INTO round VALUES (?, ?, ?, 'open', ?, ?, ?, NULL, NULL)",
            [round_id, campaign_id, number, seed, text, utc_now()],
        )
    _insert_nominations(connection, campaign_id, round_id, nominations)
    return round_id


def _insert_nominations(
    connection: duckdb.DuckDBPyConnection, campaign_id: int, round_id: int, nominations: Sequence[Nomination]
) -> None:
    frame = pd.DataFrame([vars(nomination) for nomination in nominations]).drop(columns=["target_genes"])
    # Lists travel as JSON text: a column of empty lists has no type of its own.
    for column in ("flags", "evidence"):
        frame[column] = [json.dumps(list(values)) for values in frame[column]]
    frame["grade"] = frame["grade"].astype("Float64")
    connection.register("new_nominations", frame)
    connection.execute(
        "INSERT INTO nomination SELECT ?, n.rank, p.id, n.hit_probability, n.low, n.high, n.utility, n.support, n.by,"
        """ from_json(n.flags, '["VARCHAR"]'), n.grade, n.reason, from_json(n.evidence, '["VARCHAR"]'), n.outcome"""
        " FROM new_nominations n JOIN campaign_library l ON l.campaign_id = ?"
        " JOIN perturbation p ON p.id = l.perturbation_id AND p.name = n.perturbation ORDER BY n.rank",
        [round_id, campaign_id],
    )
    connection.unregister("new_nominations")
    written = connection.execute("SELECT count(*) FROM nomination WHERE round_id = ?", [round_id]).fetchall()[0][0]
    if written != len(nominations):
        raise ConflictError(f"{len(nominations)} nominations were given, but {written} of them are in the library.")


def set_round_state(connection: duckdb.DuckDBPyConnection, round_id: int, state: RoundState) -> None:
    """Moves a round on, with the time: open → confirmed → measured.

    Args:
        connection: The writing connection.
        round_id: Id of the round.
        state: ``confirmed`` or ``measured``.
    """
    column = {"confirmed": "confirmed_at", "measured": "measured_at"}[state]
    connection.execute(f"UPDATE round SET state = ?, {column} = ? WHERE id = ?", [state, utc_now(), round_id])


def note_preregistration(connection: duckdb.DuckDBPyConnection, round_id: int, sha256: str) -> None:
    """Keeps the hash of a preregistration with its round, beside those of earlier ones.

    Args:
        connection: The writing connection.
        round_id: Id of the round.
        sha256: The hash.
    """
    rows = connection.execute("SELECT shortlist FROM round WHERE id = ?", [round_id]).fetchall()
    values = json.loads(rows[0][0])
    values["preregistered"] = [*values.get("preregistered", ()), sha256]
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    connection.execute("UPDATE round SET shortlist = ? WHERE id = ?", [text, round_id])


def set_outcomes(connection: duckdb.DuckDBPyConnection, round_id: int, outcomes: Mapping[str, Outcome]) -> None:
    """Writes what became of a round's nominations.

    Args:
        connection: The writing connection.
        round_id: Id of the round.
        outcomes: Perturbation → outcome.
    """
    frame = pd.DataFrame(list(outcomes.items()), columns=["name", "outcome"], dtype=object)
    connection.register("new_outcomes", frame)
    connection.execute(
        "UPDATE nomination SET outcome = o.outcome FROM new_outcomes o, perturbation p"
        " WHERE p.id = nomination.perturbation_id AND p.name = o.name AND nomination.round_id = ?",
        [round_id],
    )
    connection.unregister("new_outcomes")


def insert_grade(
    connection: duckdb.DuckDBPyConnection,
    *,
    round_id: int,
    perturbation: str,
    organism: str,
    grade: float,
    reason: str,
    graded_by: str,
    draw: int = 0,
    evidence: Sequence[str] = (),
    transcript_id: str | None = None,
) -> None:
    """Writes a grade; an earlier one of the same grader and draw is replaced.

    Args:
        connection: The writing connection.
        round_id: Id of the round.
        perturbation: Name of the perturbation.
        organism: ``human`` or ``mouse``.
        grade: From 0 to 4.
        reason: Why, in words.
        graded_by: A person, or the name of a language model.
        draw: Number of the draw, where a grader grades more than once.
        evidence: Evidence ids.
        transcript_id: The conversation in which it was given, or None.
    """
    ids = connection.execute(
        "SELECT id FROM perturbation WHERE organism = ? AND name = ?", [organism, perturbation]
    ).fetchall()
    connection.execute(
        "DELETE FROM grade WHERE round_id = ? AND perturbation_id = ? AND graded_by = ? AND draw = ?",
        [round_id, ids[0][0], graded_by, draw],
    )
    connection.execute(
        "INSERT INTO grade VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [round_id, ids[0][0], draw, grade, reason, list(evidence), graded_by, transcript_id, utc_now()],
    )


def write_grades(
    connection: duckdb.DuckDBPyConnection,
    *,
    round_id: int,
    organism: str,
    grades: Sequence[GivenGrade],
    graded_by: str,
    transcript_id: str | None = None,
) -> int:
    """Writes all grades of one grader for a round, in place of those that it gave before.

    Args:
        connection: The writing connection.
        round_id: Id of the round.
        organism: ``human`` or ``mouse``.
        grades: Of perturbations that the store knows; others are left out.
        graded_by: Who gave them.
        transcript_id: The conversation in which they were given, or None.

    Returns:
        Number of grades that stand now.
    """
    connection.execute("DELETE FROM grade WHERE round_id = ? AND graded_by = ?", [round_id, graded_by])
    if not grades:
        return 0
    frame = pd.DataFrame(
        [(one.perturbation, one.draw, one.grade, one.reason, json.dumps(list(one.evidence))) for one in grades],
        columns=["name", "draw", "grade", "reason", "evidence"],
    )
    connection.register("new_grades", frame)
    connection.execute(
        "INSERT INTO grade SELECT ?, p.id, n.draw, n.grade, n.reason,"
        """ from_json(n.evidence, '["VARCHAR"]'), ?, ?, ? FROM new_grades n"""
        " JOIN perturbation p ON p.organism = ? AND p.name = n.name ORDER BY p.id, n.draw",
        [round_id, graded_by, transcript_id, utc_now(), organism],
    )
    connection.unregister("new_grades")
    count = "SELECT count(*) FROM grade WHERE round_id = ? AND graded_by = ?"
    return int(connection.execute(count, [round_id, graded_by]).fetchall()[0][0])
