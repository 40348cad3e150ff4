"""Screens, their contrasts and their effects: read for a short moment, and removed whole.

What an ingest writes of them is in `db.screens.writing`.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import pandas as pd

from db.acts import FILE, NAME, act, option
from db.errors import ConflictError, NotFoundError, did_you_mean
from db.records import ONE_SIDED, UNSIGNED, Contrast, Screen
from db.screens.merged import MERGED, merged_of
from db.screens.response_context import delete_responses
from db.screens.writing import (
    EFFECT_NUMBERS,
    drop_idle_studies,
)
from db.store import Store
from db.undo import remember, rows_of_screen, study_of

_SCREEN_COLUMNS = (
    "screen.id, screen.name, coalesce(study.name, ''), screen.organism, screen.cell_type, screen.phenotype,"
    " screen.condition, screen.library, screen.modality, screen.method, screen.readout, screen.readout_gene,"
    " screen.text, screen.hit_rule, screen.side, screen.ingest_id, screen.campaign_id"
)

ESTIMATE_AS_EVIDENCE = (
    "CASE WHEN contrast.estimate_kind NOT IN ({kinds}) THEN effect.estimate"
    " WHEN contrast.positive_means = 'lowers' THEN least(effect.estimate, 0)"
    " WHEN contrast.positive_means = 'raises' THEN greatest(effect.estimate, 0) ELSE effect.estimate END AS estimate"
).format(kinds=", ".join(f"'{kind}'" for kind in sorted(ONE_SIDED)))
"""An effect as predictors may learn from it: evidence for one side says nothing, 0, of the other (of the tables
``effect`` and ``contrast``). What a file said stays in the store."""


# Reading -----------------------------------------------------------------------------------------


def list_screens(store: Store, *, campaigns: bool = False) -> list[Screen]:
    """The screens of the store, by name.

    Args:
        store: The store.
        campaigns: Whether the results of campaigns are listed too.
    """
    kept = "" if campaigns else "WHERE screen.campaign_id IS NULL"
    with store.read() as connection:
        return _screens(connection, kept, [])


def get_screen(store: Store, name: str) -> Screen:
    """One screen, whether of a file or of a campaign.

    Args:
        store: The store.
        name: The screen's name; upper and lower case matter only where two screens differ in nothing else.

    Raises:
        NotFoundError: No screen has the name; near names are given.
    """
    with store.read() as connection:
        return _find_screen(connection, name)


def contrasts_of(store: Store, screen_id: int) -> list[Contrast]:
    """The contrasts of a screen, by id.

    Args:
        store: The store.
        screen_id: Id of the screen.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT id, screen_id, name, estimate_kind, positive_means, sign_evidence, test_arm, control_arm"
            " FROM contrast WHERE screen_id = ? ORDER BY id",
            [screen_id],
        ).fetchall()
    return [Contrast(*row) for row in rows]


def is_unsigned(store: Store, screen_id: int) -> bool:
    """Whether the effects of a screen say how strong they are, but not which way they go, in all its contrasts.

    Args:
        store: The store.
        screen_id: Id of the screen.
    """
    contrasts = contrasts_of(store, screen_id)
    return bool(contrasts) and all(one.positive_means == UNSIGNED for one in contrasts)


def effects_of(
    store: Store, screen_id: int, *, replicates: bool = False, contrasts: Collection[int] | None = None
) -> pd.DataFrame:
    """Harmonised effects of a screen: positive means that the perturbation raises the phenotype.

    Args:
        store: The store.
        screen_id: Id of the screen.
        replicates: Whether to give the rows of the single replicates in place of the combined ones.
        contrasts: Ids of contrasts to read; all of the screen where None.

    Returns:
        Columns perturbation, replicate (empty for combined rows), estimate, standard_error, p_low, p_high, fdr_low,
        fdr_high (NaN where not known) and guides, sorted by perturbation and replicate; without rows where the
        screen has none.
    """
    single = "IS NOT NULL" if replicates else "IS NULL"
    chosen = "" if contrasts is None else "AND contrast.id IN (SELECT unnest(?))"
    values: list[object] = [screen_id] if contrasts is None else [screen_id, sorted(contrasts)]
    with store.read() as connection:
        return connection.execute(
            "SELECT perturbation.name AS perturbation, coalesce(replicate.name, '') AS replicate,"
            f" {', '.join('effect.' + column for column in EFFECT_NUMBERS)}, effect.guides"
            " FROM effect JOIN contrast ON contrast.id = effect.contrast_id"
            " JOIN perturbation ON perturbation.id = effect.perturbation_id"
            " LEFT JOIN replicate ON replicate.id = effect.replicate_id"
            f" WHERE contrast.screen_id = ? AND effect.replicate_id {single} {chosen}"
            " ORDER BY perturbation.name, replicate.name, contrast.id",
            values,
        ).df()


def controls_of(store: Store, screen_id: int) -> pd.DataFrame:
    """Rows of negative controls, harmonised: columns name, replicate, estimate, guides, sorted.

    Args:
        store: The store.
        screen_id: Id of the screen.
    """
    with store.read() as connection:
        return connection.execute(
            "SELECT c.name, coalesce(replicate.name, '') AS replicate, c.estimate, c.guides FROM control_effect c"
            " JOIN contrast ON contrast.id = c.contrast_id LEFT JOIN replicate ON replicate.id = c.replicate_id"
            " WHERE contrast.screen_id = ? ORDER BY ALL",
            [screen_id],
        ).df()


def source_names(store: Store, screen_id: int) -> pd.Series[str]:
    """How the screen's own file writes each perturbation, by perturbation; the first where a file has several.

    Args:
        store: The store.
        screen_id: Id of the screen.
    """
    with store.read() as connection:
        frame = connection.execute(
            "SELECT perturbation.name AS perturbation, min(source_name.name) AS name FROM source_name"
            " JOIN perturbation ON perturbation.id = perturbation_id WHERE screen_id = ? GROUP BY ALL ORDER BY ALL",
            [screen_id],
        ).df()
    return frame.set_index("perturbation")["name"].astype(str)


def library_of(store: Store, screen_id: int) -> list[str]:
    """The perturbations that the screen measured, sorted.

    Args:
        store: The store.
        screen_id: Id of the screen.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT DISTINCT perturbation.name FROM effect JOIN contrast ON contrast.id = effect.contrast_id"
            " JOIN perturbation ON perturbation.id = effect.perturbation_id WHERE contrast.screen_id = ? ORDER BY 1",
            [screen_id],
        ).fetchall()
    return [row[0] for row in rows]


def hit_list(store: Store, list_hash: str) -> frozenset[str]:
    """The perturbations of a published list of hits.

    Args:
        store: The store.
        list_hash: The hash, without the ``list:`` of a hit rule; empty for a rule that names no list, which has none.

    Raises:
        NotFoundError: The store holds no such list.
    """
    if not list_hash:
        return frozenset()
    with store.read() as connection:
        rows = connection.execute(
            "SELECT DISTINCT perturbation.name FROM hit_list JOIN perturbation ON perturbation.id = perturbation_id"
            " WHERE hash = ?",
            [list_hash],
        ).fetchall()
    if not rows:
        raise NotFoundError(
            f"The store holds no list of hits list:{list_hash}.",
            f"Lists come with a benchmark's pair of files; {act('screen_show', NAME)} names a screen's own rule.",
        )
    return frozenset(row[0] for row in rows)


def _screens(connection: duckdb.DuckDBPyConnection, where: str, values: list[object]) -> list[Screen]:
    rows = connection.execute(
        f"SELECT {_SCREEN_COLUMNS} FROM screen LEFT JOIN study ON study.id = screen.study_id {where}"
        " ORDER BY screen.name",
        values,
    ).fetchall()
    return [Screen(*row) for row in rows]


def _find_screen(connection: duckdb.DuckDBPyConnection, name: str) -> Screen:
    screens = _screens(connection, "", [])
    exact = [screen for screen in screens if screen.name == name]
    alike = exact or [screen for screen in screens if screen.name.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    known = [screen.name for screen in screens if screen.campaign_id is None]
    listed = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
    hint = did_you_mean(name, known) or (f"There are: {listed}." if known else "")
    raise NotFoundError(
        f"There is no screen {name!r} in the store.",
        f"{hint} {act('screen_list')} shows all; {act('add_screen', FILE)} adds one.".strip(),
    )


def find_screen_of_ingest(connection: duckdb.DuckDBPyConnection, ingest_id: int) -> Screen | None:
    """The screen that an ingest brought, also where replicates were added to it since; or None.

    A screen that it was merged into is another one.

    Args:
        connection: An open connection.
        ingest_id: Id of the ingest.
    """
    later = (
        "WITH RECURSIVE line(id) AS (SELECT ?::INTEGER UNION SELECT ingest.id FROM ingest"
        f" JOIN line ON list_contains(ingest.parents, line.id) WHERE ingest.kind <> '{MERGED}') SELECT id FROM line"
    )
    found = _screens(connection, f"WHERE screen.campaign_id IS NULL AND screen.ingest_id IN ({later})", [ingest_id])
    return found[0] if found else None


# Removing ----------------------------------------------------------------------------------------


def remove_screen(store: Store, name: str) -> Screen:
    """Removes a screen whole, with its ingest, in one transaction; of a screen of cells, their responses too.

    What another screen of the same cells rests on stays until that one goes.

    Args:
        store: The store.
        name: The screen's name.

    Returns:
        What was removed.

    Raises:
        NotFoundError: There is no such screen.
        ConflictError: A campaign uses it, or it holds a campaign's own results.
    """
    with store.write("remove") as connection:
        screen = _find_screen(connection, name)
        refuse_used(connection, screen)
        ingests = connection.execute(
            "WITH RECURSIVE line(id) AS (SELECT ingest_id FROM contrast WHERE screen_id = $1"
            " UNION SELECT ingest_id FROM screen WHERE id = $1"
            f" UNION SELECT unnest(ingest.parents) FROM ingest JOIN line USING (id) WHERE kind <> '{MERGED}')"
            " SELECT DISTINCT id FROM line"
            " WHERE id NOT IN (SELECT unnest(parents) FROM ingest WHERE id NOT IN (SELECT id FROM line))",
            [screen.id],
        ).fetchall()
        responses = connection.execute(
            "SELECT name FROM response_screen WHERE ingest_id IN (SELECT unnest(?))", [[row[0] for row in ingests]]
        ).fetchall()
        if not responses:
            # Tens of millions of responses would be too many to keep.
            rows = rows_of_screen(connection, screen.id, [row[0] for row in ingests])
            kept = [*study_of(connection, "screen", screen.id), *rows]
            remember(connection, f"screen {screen.name} was removed", kept)
        contrasts = "(SELECT id FROM contrast WHERE screen_id = $1)"
        for table in ("effect", "control_effect", "replicate"):
            connection.execute(f"DELETE FROM {table} WHERE contrast_id IN {contrasts}", [screen.id])
        for (name,) in responses:
            delete_responses(connection, name)
        for table, column in (("source_name", "screen_id"), ("contrast", "screen_id"), ("screen", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [screen.id])
        for (ingest_id,) in ingests:
            for table, column in (("hit_list", "ingest_id"), ("ingest_note", "ingest_id"), ("ingest", "id")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [ingest_id])
        drop_idle_studies(connection)
    return screen


def refuse_used(connection: duckdb.DuckDBPyConnection, screen: Screen) -> None:
    """Refuses to change a screen that a campaign uses, or that another screen was made from.

    Args:
        connection: An open connection.
        screen: The screen.

    Raises:
        ConflictError: A campaign uses it, it holds a campaign's own results, or a merged screen rests on it.
    """
    if whole := merged_of(connection, screen.id):
        raise ConflictError(
            f"The screen {screen.name!r} is part of the merged screen {', '.join(whole)}, which rests on it.",
            f"Remove that one first: {act('screen_remove', whole[0])}.",
        )
    users = connection.execute(
        "SELECT name FROM campaign WHERE measured_screen_id = ? OR id = ? ORDER BY name",
        [screen.id, screen.campaign_id],
    ).fetchall()
    if users:
        names = ", ".join(row[0] for row in users)
        raise ConflictError(
            f"The screen {screen.name!r} is used by campaign {names}, whose shortlists rest on it.",
            f"Add the new file under another {option('name')}, and start a campaign on that one.",
        )
