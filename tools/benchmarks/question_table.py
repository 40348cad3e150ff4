"""Tables of questions with the genes that a textbook names in answer: the shipped one, and those of users."""

from __future__ import annotations

import csv
import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db.errors import NotFoundError, RefusedFileError
from db.files.text import read_text

SHIPPED = "questions.toml"
COLUMNS = ("phenotype", "cell_type", "regulators")
SHAPE = (
    f"Give a text file with tabs between columns, the header {', '.join(COLUMNS)}, and gene symbols with blanks between"
    " them under regulators."
)


@dataclass(frozen=True)
class TextbookRow:
    """One question, and what a textbook would answer.

    Attributes:
        phenotype: The biology asked about.
        cell_type: In which cells; may be empty.
        regulators: Gene names as the table has them, each once.
    """

    phenotype: str
    cell_type: str
    regulators: tuple[str, ...]


@dataclass(frozen=True)
class QuestionTable:
    """Questions, and where their answers come from.

    Attributes:
        rows: At least one.
        source: Who says so.
    """

    rows: tuple[TextbookRow, ...]
    source: str


def question_table(file: Path | None) -> QuestionTable:
    """The questions to be asked.

    Args:
        file: A table of the user's; the shipped one where None.

    Raises:
        NotFoundError: There is no such file.
        RefusedFileError: It is no such table, or a row lacks its phenotype or its genes.
    """
    if file is not None:
        return QuestionTable(_rows_of(file), file.name)
    held = tomllib.loads(importlib.resources.files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8"))
    rows = (TextbookRow(one["phenotype"], one["cell_type"], tuple(one["regulators"])) for one in held["question"])
    return QuestionTable(tuple(rows), held["source"])


def _rows_of(file: Path) -> tuple[TextbookRow, ...]:
    lines = _text(file).splitlines()
    # Deliberately without quotation: a quotation mark in a phenotype is one, and a row is a line.
    table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    lacking = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if lacking:
        raise RefusedFileError(f"{file.name} has no column {' and no column '.join(lacking)}.", SHAPE)
    rows = tuple(_row(file.name, table.line_num, one) for one in table if any(one.values()))
    if not rows:
        raise RefusedFileError(f"{file.name} holds no question below its header.", SHAPE)
    return rows


def _row(name: str, number: int, cells: Mapping[str, str | None]) -> TextbookRow:
    phenotype, cell_type, regulators = ((cells[column] or "").strip() for column in COLUMNS)
    for column, value in (("phenotype", phenotype), ("regulators", regulators)):
        if not value:
            raise RefusedFileError(f"Line {number} of {name} has nothing under {column}.", SHAPE)
    return TextbookRow(phenotype, cell_type, tuple(dict.fromkeys(regulators.split())))


def _text(file: Path) -> str:
    if not file.exists():
        raise NotFoundError(f"There is no file {file}.", f"{SHAPE} Without a file the shipped table is asked.")
    return read_text(file)
