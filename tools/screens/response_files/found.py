"""A file of responses as a plan of rows: columns known by name, labels told by a rule, doubtful rows set aside.

Only distinct names, and cells that are no plain numbers, come to Python; rows stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.acts import COLUMN, Word, option
from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.genes.control_names import is_control
from db.genes.name_forms import clean
from db.records import Note
from db.screens.response_plan import NUMBERS, Condition, FlagColumn, NumberColumn, RowPlan, RowsFound
from db.screens.response_rows import distinct_cells, first_line, is_sound, looked_at, odd_cells, survey
from db.store import Connection
from tools.screens.hit_rules import DEFAULT_FDR, parse_rule
from tools.screens.response_files.names import NAMES
from tools.screens.response_files.source import opened_responses
from tools.screens.response_files.table import ResponseTable
from tools.screens.tables.raw_table import RawTable, read_numbers
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import folded

_TRUE, _FALSE = frozenset({"1", "true", "yes", "up"}), frozenset({"0", "false", "no", "down", "-1"})


@dataclass(frozen=True)
class FoundResponses:
    """A file's rows, looked through.

    Attributes:
        plan: How they are read.
        found: Which can be used.
        rule: How it was told which pairs respond; empty where nothing tells.
        genes: Name of a perturbation → its gene, where the name says more.
        contrasts: Whether names of perturbations are those of contrasts, a part of which is the gene.
    """

    plan: RowPlan
    found: RowsFound
    rule: str
    genes: Mapping[str, str]
    contrasts: bool

    @property
    def notes(self) -> list[Note]:
        """Rows that are not used."""
        rows = self.found.kept_aside
        return [
            Note(int(line), f"{perturbation} {readout}".strip(), reason, detail)
            for line, perturbation, readout, reason, detail in rows.itertuples(index=False)
        ]


def read_responses(
    path: Path, reading: Reading, responds: str = "", perturbation: str = "", files: Sequence[Path] = ()
) -> FoundResponses:
    """Looks through a file of responses.

    Args:
        path: The file.
        reading: Its columns, conditions, encoding and further names of negative controls.
        responds: Rule that tells which pairs respond; by the table's label, else by ``fdr<0.05``, where empty.
        perturbation: What was perturbed, where the file holds one contrast.
        files: Tables of contrasts in the folder `path`, where not all of it is read.

    Raises:
        RefusedFileError: It is no such table, or no row can be used.
        NeedsChoiceError: A column is not known by name, or it cannot be told which pairs respond.
        InvalidValueError: A mapping names what the file does not have.
    """
    table = opened_responses(path, reading, perturbation, files)
    named = _columns(table, reading.columns)
    columns = {field: table.source.at(name) for field, name in named.items()}
    with looked_at(table.source) as connection:
        controls = {one.strip().casefold() for one in reading.controls}
        numbers = {key: _number(connection, table, key, columns[key]) for key in NUMBERS if key in columns}
        labels, rule = _labels(connection, table, named, responds)
        plan = RowPlan(
            table.source, columns["perturbation"], columns["readout"],
            _named(distinct_cells(connection, columns["perturbation"]), controls),
            _named(distinct_cells(connection, columns["readout"])),
            numbers=numbers, where=_where(connection, table, reading.where), responds=labels,
            up=_flags(connection, table, named["up"]) if "up" in named else None,
        )  # fmt: skip
    found = survey(plan)
    if not found.rows:
        raise RefusedFileError(
            f"{path.name} has no row that can be used.",
            f"Look at its columns: {option(columns={Word('field'): Word('column')})}.",
        )
    if isinstance(labels, tuple):
        _refuse_unlabelled(found, rule, path)
    return FoundResponses(plan, found, rule, table.genes, table.contrasts)


def _columns(table: ResponseTable, given: Mapping[str, str]) -> dict[str, str]:
    there = table.columns
    if unknown := [field for field in given if field not in NAMES]:
        raise InvalidValueError(
            f"{option('columns')} names a field {unknown[0]!r}.", f"The fields are: {', '.join(NAMES)}."
        )
    # A column that was made from the one that is named needs no telling.
    given = {field: column for field, column in given.items() if field not in table.made}
    if missing := [column for column in given.values() if column not in there]:
        raise InvalidValueError(f"The file has no column {missing[0]!r}.", f"Its columns are: {', '.join(there[:20])}.")
    found = dict(given) | {field: field for field in table.made}
    for field, names in NAMES.items():
        matching = [column for name in names for column in there if folded(column) == name]
        free = [column for column in matching if column not in found.values()]
        if field not in found and free:
            found[field] = free[0]
    for field in ("perturbation", "readout"):
        if field not in found:
            raise NeedsChoiceError(
                f"Which column of {table.path.name} holds the {field} cannot be told: it has {', '.join(there[:20])}.",
                f"Say so: {option(columns={field: COLUMN})}.",
            )
    return found


def _named(cells: Sequence[str], controls: set[str] | None = None) -> pd.DataFrame:
    """Each distinct cell with its clean name, and why its rows are not used."""
    names = [clean(cell) for cell in cells]
    reasons = [
        "missing" if not name else "control" if controls is not None and is_control(name, controls) else ""
        for name in names
    ]
    return pd.DataFrame({"cell": list(cells), "name": names, "reason": reasons}, dtype=object)


def _number(connection: Connection, table: ResponseTable, key: str, column: str) -> NumberColumn:
    """A column of numbers; of text that is not all plain, the cells that need a second look."""
    odd = odd_cells(connection, column)
    if odd is None:
        return NumberColumn(column, sound=is_sound(connection, key, column))
    if table.decimal == "," or any("," in cell for cell in odd):
        # Whether points or commas stand before fractions can only be told by all of the column.
        odd = distinct_cells(connection, column)
    cells = pd.DataFrame({column: pd.Series(odd, dtype=object)})
    read = read_numbers(RawTable(cells, table.path, table.decimal), column)
    return NumberColumn(
        column, pd.DataFrame({"cell": odd, "value": read.values.to_numpy(), "unreadable": read.unreadable.to_numpy()})
    )


def _where(connection: Connection, table: ResponseTable, where: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The cells that rows must have, as the file writes them."""
    asked = {}
    for column, value in where.items():
        if column not in table.columns:
            raise InvalidValueError(
                f"{table.path.name} has no column {column!r} for {option('where')}.",
                f"Its columns are: {', '.join(table.columns)}.",
            )
        cells = distinct_cells(connection, table.source.at(column))
        found = tuple(cell for cell in cells if clean(cell) == clean(value))
        asked[table.source.at(column)] = found
        if not found:
            values = ", ".join(sorted({clean(cell) for cell in cells})[:12])
            raise InvalidValueError(
                f"No row of {table.path.name} has {value!r} in column {column!r}.", f"Its values are: {values}."
            )
    return asked


def _labels(
    connection: Connection, table: ResponseTable, columns: Mapping[str, str], responds: str
) -> tuple[tuple[Condition, ...] | FlagColumn | None, str]:
    """What tells whether a pair responds, and how that is said."""
    if "de" in columns and not responds:
        return _flags(connection, table, columns["de"]), f"label in column {columns['de']}"
    rule = responds or DEFAULT_FDR
    parsed = parse_rule(rule)
    if table.unlabelled and not responds and "fdr" not in columns:
        return None, ""
    if parsed.list_hash or any(key not in columns for key in _needed(rule)):
        raise _cannot_tell(rule, table.path)
    return tuple(Condition(one.quantity, one.comparison, one.bound) for one in parsed.terms), rule


def _needed(rule: str) -> list[str]:
    parsed = parse_rule(rule)
    return [key for key in ("fdr", "p") if parsed.needs(key)] or ["estimate"]


def _refuse_unlabelled(found: RowsFound, rule: str, path: Path) -> None:
    if not found.numbers.issuperset(_needed(rule)):
        raise _cannot_tell(rule, path)


def _cannot_tell(rule: str, path: Path) -> NeedsChoiceError:
    return NeedsChoiceError(
        f"Which pairs of {path.name} respond cannot be told: it has no label and no {' or '.join(_needed(rule))}.",
        f"Name a column ({option(columns={'de': COLUMN})}), or a rule on what it has, such as"
        f" {option(responds='|lfc|>1')}.",
    )


def _flags(connection: Connection, table: ResponseTable, column: str) -> FlagColumn:
    place = table.source.at(column)
    cells = distinct_cells(connection, place)
    words = {cell: clean(cell).casefold().removesuffix(".0") for cell in cells}
    if strange := [cell for cell, word in words.items() if word not in _TRUE | _FALSE | {"", "na", "nan"}]:
        line = first_line(connection, place, strange[0])
        raise RefusedFileError(
            f"Line {line} of {table.path.name} has {words[strange[0]]!r} in column {column!r}, which is neither 1 nor"
            " 0.",
            "Write labels as 1 and 0, or leave them empty where they are not known.",
        )
    return FlagColumn(
        place,
        tuple(cell for cell in cells if words[cell] in _TRUE),
        tuple(cell for cell in cells if words[cell] in _FALSE),
    )
