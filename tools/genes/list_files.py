"""Files of gene lists as rows of text: one name a line, or a table such as a library of guides."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from db.errors import NeedsChoiceError, NotFoundError, RefusedFileError
from db.files.kinds import START, kind_of
from db.files.opening import damage_refused, open_ordinary
from db.files.parquet import read_parquet_as_text
from db.files.text import text_of
from db.files.unpacking import text_inside
from db.files.workbook import is_workbook, read_sheet
from db.genes.name_forms import clean

MOST_BYTES = 50_000_000
HEADERS = (
    "symbol", "symbols", "genesymbol", "genesymbols", "hgncsymbol", "mgisymbol", "approvedsymbol", "gene", "genes",
    "genename", "targetgenesymbol", "targetgene", "target", "perturbation", "name", "names", "geneid", "hgncid", "hgnc",
    "ensemblgeneid", "ensemblid", "ensembl", "entrezgeneid", "entrezid", "entrez", "ncbigeneid", "id",
)  # fmt: skip
"""How columns of gene names are called, case and signs left out, those that are surely names first."""
_GUIDE = re.compile(r"[ACGTUN]{15,40}", re.IGNORECASE)
_PROTECTED = re.compile(r"""="([^"]*)"|'(.+)""")
_ONE_A_LINE = "Give one gene name a line."


def list_rows(path: Path, what: str) -> list[list[str]]:
    """The cells of a file of names; blank lines and comments (``#``) are left out.

    Args:
        path: A text, csv or tsv file, packed or not, an Excel workbook or a Parquet file.
        what: What the list is, for messages (``library``, ``exclusions``).

    Raises:
        NotFoundError: There is no such file.
        RefusedFileError: It is no list of names.
    """
    with damage_refused(path, "a list of genes", _ONE_A_LINE):
        if path.is_dir():
            raise RefusedFileError(f"{path} is a folder, not a {what} file.", "Give a file with one gene name a line.")
        if not path.exists():
            raise NotFoundError(f"There is no file {path}.", f"Give the {what} file's path as it is on disk.")
        rows = [[_name(cell) for cell in row] for row in _rows(path)]
    rows = [row for row in rows if any(row) and not row[0].startswith("#")]
    if not rows:
        raise RefusedFileError(f"The {what} file {path.name} holds no names.", _ONE_A_LINE)
    if rows[0][0].startswith(">"):
        raise RefusedFileError(f"{path.name} is a FASTA file of sequences, no {what} file.", _ONE_A_LINE)
    return _one_line_apart(_of_sets(rows, path))


def _of_sets(rows: list[list[str]], path: Path) -> list[list[str]]:
    """The genes of a file of gene sets (GMT: name, description, genes), whose first two cells are none."""
    is_gmt = ".gmt" in path.suffixes or all(len(row) > 2 and re.match(r"https?://", row[1]) for row in rows)
    return [[gene] for row in rows for gene in row[2:] if gene] if is_gmt else rows


def _rows(path: Path) -> list[list[str]]:
    with open_ordinary(path) as stream:
        size = stream.seek(0, 2)
        if size > MOST_BYTES:
            raise RefusedFileError(
                f"{path.name} has {size // 1_000_000} MB, too much for a list of genes.", _ONE_A_LINE
            )
        stream.seek(0)
        kind = kind_of(stream.read(START), path.name)
        if kind == "parquet":
            frame = read_parquet_as_text(path)
            return [[str(name) for name in frame.columns], *frame.to_numpy().tolist()]
        if kind == "zip" and is_workbook(stream, path):
            try:
                return read_sheet(stream, path).rows
            except NeedsChoiceError as error:
                raise RefusedFileError(error.message, "Save the sheet that holds the list as csv.") from error
        return _cut(text_of(path, text_inside(stream, kind, path, None)))


def _cut(text: str) -> list[list[str]]:
    """The cells of a text: tabs before semicolons before commas, which also stand in remarks."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip() and not line.lstrip().startswith("#")]
    if lines and re.fullmatch(r"""["']?sep=.["']?\W*""", lines[0].strip(), re.IGNORECASE):
        lines = lines[1:]
    delimiter = next((sign for sign in "\t;" if any(sign in line for line in lines)), ",")
    return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, skipinitialspace=True))


def _name(cell: str) -> str:
    """A cell without what a spreadsheet or a program put around it."""
    text = clean(cell)
    if protected := _PROTECTED.fullmatch(text):
        text = clean(protected[1] or protected[2] or "")
    return text.strip('"').strip()


def _one_line_apart(rows: list[list[str]]) -> list[list[str]]:
    """Names that all stand in one line, each as a line of its own."""
    if len(rows) > 1:
        return rows
    names = [cell for cell in rows[0] if cell]
    if len(names) == 1:
        names = names[0].split()
    return [[name] for name in names] if len(names) > 2 or len(rows[0]) == 1 else rows


def name_column(rows: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """The column that holds the names, and whether the first row is a header.

    Args:
        rows: The cells, at least one row.
    """
    folded = [re.sub(r"[^a-z0-9]", "", cell.casefold()) for cell in rows[0]]
    for name in HEADERS:
        if name in folded:
            return folded.index(name), True
    guides = [at for at in range(len(rows[0])) if _is_guides(rows, at)]
    others = [at for at in range(len(rows[0])) if at not in guides]
    if not guides or len(others) < 2:
        return 0, False
    # A library of guides: id, sequence, gene. Ids are all different, genes have several guides.
    different = {at: len({row[at] for row in rows if at < len(row)}) for at in others}
    return min(others, key=lambda at: (different[at], -at)), False


def _is_guides(rows: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at] for row in rows[:200] if at < len(row)]
    return sum(_GUIDE.fullmatch(cell) is not None for cell in cells) > len(cells) / 2
