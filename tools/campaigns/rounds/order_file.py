"""Exports: a round as a file that can be ordered from, safe to open in a spreadsheet."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from db.acts import option
from db.campaigns.campaigns import gene_accessions
from db.errors import InvalidValueError, RefusedFileError
from db.files import write_parquet
from db.genes.perturbation_names import genes_in
from db.records import Nomination, Round
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import CampaignState, state_of
from tools.workspace import Workspace

Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]
FORMAT_OF_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".parquet": "parquet", ".xlsx": "xlsx", ".md": "markdown",
    ".markdown": "markdown",
}  # fmt: skip
_BREAKS = re.compile(r"[\t\r\n]+")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TEXT_COLUMNS = (
    "perturbation", "target_genes", "accessions", "by", "flags", "reason", "evidence", "outcome",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What `campaign_export` wrote: the file, its format, and what the round needs in all.

    Attributes:
        path: The file.
        format: Its format.
        rows: Rows in it: nominations, and positive controls that are not among them.
        guides: Guides to order for them.
        non_targeting: Non-targeting guides that are advised beside them.
        cells: Cells that the coverage asks for, for all of these guides.
        price: Price of all of these guides, or None where a guide's price is not known.
    """

    path: Path
    format: Format
    rows: int
    guides: int
    non_targeting: int
    cells: int
    price: float | None


def campaign_export(
    workspace: Workspace,
    out: Path,
    name: str = "",
    *,
    round: int | None = None,  # noqa: A002 - the word of the command line
    format: Format | None = None,  # noqa: A002
) -> Exported:
    """Writes a round's nominations to a file that can be ordered from.

    Text cells that a spreadsheet would run as a formula get a leading apostrophe (not in Parquet, which no
    spreadsheet evaluates). The file appears whole or not at all.

    Args:
        workspace: Where the campaign is.
        out: The file to write; its ending names the format where `format` is None (.csv .tsv .parquet .xlsx .md).
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        format: Format of the file, whatever its ending.

    Raises:
        InvalidValueError: The file's ending names no format.
        RefusedFileError: The file cannot be written.
    """
    chosen = format_of(out, format)
    state = state_of(workspace.store, name)
    one = pick_round(state, round)
    frame = order_table(workspace, state, one)
    write_table(frame, out, chosen)
    settings = state.campaign.settings
    guides = int(frame["guides"].sum())
    others = sum(control.guides for control in one.shortlist.controls if control.kind == "non-targeting")
    price = None if settings.price is None else settings.price * (guides + others)
    return Exported(out, chosen, len(frame), guides, others, (guides + others) * settings.coverage, price)


def format_of(out: Path, format: Format | None = None) -> Format:  # noqa: A002
    """The format of a file to write, checked before any work is done.

    Args:
        out: The file.
        format: The format, if it was named.

    Raises:
        InvalidValueError: There is no such format, or the ending names none.
        RefusedFileError: The folder is not there or cannot be written.
    """
    known = tuple(dict.fromkeys(FORMAT_OF_SUFFIX.values()))
    if format is not None and format not in known:
        raise InvalidValueError(f"There is no format {format!r}.", f"There are: {', '.join(known)}.")
    chosen = format or FORMAT_OF_SUFFIX.get(out.suffix.lower())
    if chosen is None:
        raise InvalidValueError(
            f"The ending of {out.name!r} names no format.",
            f"End it with {', '.join(FORMAT_OF_SUFFIX)}, or give {option('format')} ({', '.join(known)}).",
        )
    if out.is_dir():
        raise RefusedFileError(f"{out} is a folder.", f"Name a file in it: {out / 'round.csv'}.")
    folder = out.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise RefusedFileError(
            f"{out} cannot be written: {folder} is no folder that you may write to.",
            f"Name another file with {option('out')}.",
        )
    return chosen


def order_table(workspace: Workspace, state: CampaignState, one: Round) -> pd.DataFrame:
    """One row for each nomination, then one for each positive control that was not nominated.

    Args:
        workspace: The store.
        state: The campaign.
        one: The round.
    """
    settings = state.campaign.settings
    symbols = sorted({gene for n in one.nominations for gene in n.target_genes})
    accessions = gene_accessions(workspace.store, state.campaign.question.organism, symbols)
    results = state.effects[state.effects["round"] == one.number].set_index("perturbation")["estimate"]
    rows = [_row(nomination, accessions, results) for nomination in one.nominations]
    for control in one.shortlist.controls:
        if control.kind == "positive" and control.guides:
            genes = tuple(genes_in(control.perturbation))
            known = gene_accessions(workspace.store, state.campaign.question.organism, list(genes))
            rows.append(_control_row(control.perturbation, genes, known))
    frame = pd.DataFrame(rows)
    frame["guides"] = settings.guides_per_gene
    frame["cells"] = settings.guides_per_gene * settings.coverage
    frame["price"] = float("nan") if settings.price is None else settings.guides_per_gene * settings.price
    return frame.astype({"rank": "Int64", **dict.fromkeys(TEXT_COLUMNS, object)})


def _row(nomination: Nomination, accessions: Mapping[str, str], results: pd.Series[float]) -> dict[str, object]:
    return {
        "rank": nomination.rank,
        "perturbation": nomination.perturbation,
        "target_genes": ";".join(nomination.target_genes),
        "accessions": ";".join(accessions.get(gene, "") for gene in nomination.target_genes),
        "hit_probability": nomination.hit_probability,
        "low": nomination.low,
        "high": nomination.high,
        "utility": nomination.utility,
        "support": nomination.support,
        "by": nomination.by,
        "flags": ";".join(nomination.flags),
        "grade": float("nan") if nomination.grade is None else nomination.grade,
        "reason": nomination.reason,
        "evidence": ";".join(nomination.evidence),
        "outcome": nomination.outcome,
        "estimate": float(results.get(nomination.perturbation, float("nan"))),
    }


def _control_row(name: str, genes: tuple[str, ...], accessions: Mapping[str, str]) -> dict[str, object]:
    unknown = dict.fromkeys(("hit_probability", "low", "high", "utility", "support", "grade", "estimate"), float("nan"))
    said = {
        "rank": None, "perturbation": name, "target_genes": ";".join(genes),
        "accessions": ";".join(accessions.get(gene, "") for gene in genes), "by": "control",
        "flags": "positive-control", "reason": "known to hit", "evidence": "", "outcome": "",
    }  # fmt: skip
    return {**said, **unknown}


# Files -------------------------------------------------------------------------------------------


def write_table(frame: pd.DataFrame, out: Path, format: Format) -> None:  # noqa: A002
    """Writes a table whole or not at all.

    Args:
        frame: The table.
        out: The file.
        format: Its format.

    Raises:
        RefusedFileError: The file cannot be written; an older file of the name is unharmed.
    """
    partial = out.with_name(f".{out.name}.part")
    try:
        _WRITERS[format](frame if format == "parquet" else spreadsheet_safe(frame), partial)
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise RefusedFileError(
            f"{out} cannot be written: {error.strerror or error}.", "Name another file, or free some disk space."
        ) from error


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before each text cell that a spreadsheet would take for a formula.

    Args:
        frame: The table; numbers are left as they are, negative ones too.
    """
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(_safe)
    return safe


def _safe(value: object) -> object:
    if not isinstance(value, str):
        return value
    marked = f"'{value}" if value.startswith(FORMULA_STARTS) else value
    # A line break within a cell would be a new row to a careless reader of the file.
    return _BREAKS.sub(" ", marked)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_tsv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, sep="\t", index=False, lineterminator="\n", encoding="utf-8")


def _write_markdown(frame: pd.DataFrame, path: Path) -> None:
    lines = [_line(frame.columns), _line("---" for _ in frame.columns)]
    lines += [_line(_shown(value) for value in row) for row in frame.itertuples(index=False, name=None)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(cells: object) -> str:
    texts = [str(cell) for cell in cells]  # type: ignore[attr-defined]
    return f"| {' | '.join(text.replace('|', chr(92) + '|').replace(chr(10), ' ') for text in texts)} |"


def _shown(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    sheet = book.active
    sheet.title = "round"
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False, name=None):
        sheet.append([None if value is None or value is pd.NA or value != value else value for value in row])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                # Text stays text when it is edited: a symbol must not become a date, nor a cell a formula.
                cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", cell.value)
                cell.data_type, cell.number_format = "s", "@"
    sheet.freeze_panes = "C2"
    with path.open("wb") as stream:
        book.save(stream)


_WRITERS: Mapping[Format, Callable[[pd.DataFrame, Path], None]] = {
    "csv": _write_csv,
    "tsv": _write_tsv,
    "markdown": _write_markdown,
    "xlsx": _write_xlsx,
    "parquet": write_parquet,
}
