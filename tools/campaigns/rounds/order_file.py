"""Exports: a round as a file that can be ordered from, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from db.acts import option
from db.campaigns.campaigns import gene_accessions
from db.campaigns.records import Control
from db.clean_text import clean
from db.errors import InvalidValueError
from db.files.parquet import write_parquet
from db.genes.perturbation_names import genes_in
from db.records import Nomination, Round
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import CampaignState, state_of
from tools.output_files import output_path, write_whole
from tools.workspace import Workspace

Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]
FORMAT_OF_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".parquet": "parquet", ".xlsx": "xlsx", ".md": "markdown",
    ".markdown": "markdown",
}  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""The wide forms too, which spreadsheets of some languages take for the others."""
TEXT_COLUMNS = (
    "perturbation", "target_genes", "accessions", "by", "flags", "reason", "evidence", "outcome",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What `campaign_export` wrote: the file, its format, and what the round needs in all.

    Attributes:
        path: The file.
        format: Its format.
        rows: Rows in it: nominations, positive controls that are not among them, and one for the non-targeting guides.
        guides: Guides to order for nominations and positive controls.
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
    overwrite: bool = False,
) -> Exported:
    """Writes a round's nominations, by rank, and then its controls to a file that can be ordered from.

    Text cells that a spreadsheet would run as a formula get a leading apostrophe (not in Parquet, which no
    spreadsheet evaluates). The file appears whole or not at all.

    Args:
        workspace: Where the campaign is.
        out: The file to write; its ending names the format where `format` is None (.csv .tsv .parquet .xlsx .md).
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        format: Format of the file, whatever its ending.
        overwrite: Whether a file that is there already is replaced; never the store, nor a file whose rows it holds.

    Raises:
        InvalidValueError: The file's ending names no format.
        RefusedFileError: The file cannot be written, or is there already.
    """
    chosen = format_of(out, format)
    target = output_path(workspace, out, overwrite=overwrite)
    state = state_of(workspace.store, name)
    one = pick_round(state, round)
    frame = order_table(workspace, state, one)
    write_table(frame, target, chosen, overwrite=overwrite)
    settings = state.campaign.settings
    others = sum(control.guides for control in one.shortlist.controls if control.kind == "non-targeting")
    guides = int(frame["guides"].sum()) - others
    price = None if settings.price is None else settings.price * (guides + others)
    return Exported(out, chosen, len(frame), guides, others, (guides + others) * settings.coverage, price)


def format_of(out: Path, format: Format | None = None) -> Format:  # noqa: A002
    """The format of a file to write, checked before any work is done.

    Args:
        out: The file.
        format: The format, if it was named.

    Raises:
        InvalidValueError: There is no such format, or the ending names none.
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
    return chosen


def order_table(workspace: Workspace, state: CampaignState, one: Round) -> pd.DataFrame:
    """One row for each nomination by rank, then one for each control: what is ordered is what the rows say.

    A positive control that was nominated has its guides, and a flag, in its own row.

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
    controls = [control for control in one.shortlist.controls if control.guides]
    known = sorted({gene for control in controls for gene in _genes(control)})
    accessions = gene_accessions(workspace.store, state.campaign.question.organism, known)
    frame = pd.DataFrame([*rows, *(_control_row(control, accessions) for control in controls)])
    frame["guides"] = [settings.guides_per_gene] * len(rows) + [control.guides for control in controls]
    frame["cells"] = frame["guides"] * settings.coverage
    frame["price"] = float("nan") if settings.price is None else frame["guides"] * settings.price
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


def _genes(control: Control) -> tuple[str, ...]:
    return tuple(genes_in(control.perturbation)) if control.perturbation else ()


def _control_row(control: Control, accessions: Mapping[str, str]) -> dict[str, object]:
    genes = _genes(control)
    unknown = dict.fromkeys(("hit_probability", "low", "high", "utility", "support", "grade", "estimate"), float("nan"))
    said = {
        "rank": None, "perturbation": control.perturbation or control.kind, "target_genes": ";".join(genes),
        "accessions": ";".join(accessions.get(gene, "") for gene in genes), "by": "control",
        "flags": "positive-control" if control.kind == "positive" else control.kind, "reason": control.why,
        "evidence": "", "outcome": "",
    }  # fmt: skip
    return {**said, **unknown}


# Files -------------------------------------------------------------------------------------------


def write_table(frame: pd.DataFrame, out: Path, format: Format, *, overwrite: bool = False) -> None:  # noqa: A002
    """Writes a table whole or not at all, without characters that a terminal or a spreadsheet acts on.

    Args:
        frame: The table.
        out: The file, as `tools.output_files.output_path` gave it.
        format: Its format.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: The file cannot be written; an older file of the name is unharmed.
    """
    made = cleaned(frame) if format == "parquet" else spreadsheet_safe(frame)
    write_whole(out, lambda path: _WRITERS[format](made, path), overwrite=overwrite)


def cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with headings and text cells on one line, without control, bidi and zero-width characters.

    Args:
        frame: The table; numbers are left as they are.
    """
    safe = frame.rename(columns=lambda name: clean(str(name)))
    return _with_texts(safe, lambda value: clean(value) if isinstance(value, str) else value)


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The cleaned table with an apostrophe before each text that a spreadsheet would take for a formula.

    Args:
        frame: The table; numbers are left as they are, negative ones too.
    """
    safe = cleaned(frame)
    return _with_texts(safe.rename(columns=_inert), _inert)


def _with_texts(frame: pd.DataFrame, change: Callable[[Any], Any]) -> pd.DataFrame:
    made = frame.copy()
    for column in made.columns:
        if not pd.api.types.is_numeric_dtype(made[column]):
            made[column] = made[column].map(change)
    return made


def _inert(value: Any) -> Any:  # noqa: ANN401 – a cell of any kind
    starts = isinstance(value, str) and value.lstrip().startswith(FORMULA_STARTS)
    return f"'{value}" if starts else value


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
    for cell in (cell for row in sheet.iter_rows(min_row=2) for cell in row):
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
