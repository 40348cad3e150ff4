"""Perturbations with several rows: one is used, or none; a file that is full of them must say which rows it means."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import COLUMN, option
from db.errors import NeedsChoiceError
from db.genes.name_forms import clean
from db.genes.names import GeneNames
from db.genes.perturbation_names import are_pairs
from db.records import Note
from tools.screens.ingestion.replicates import SIDES, combine
from tools.screens.ingestion.sorted_rows import SortedRows, note_of
from tools.screens.tables.reading import Reading, Repeats
from tools.screens.tables.rows import GENE_NAMES, IDENTIFIER_NAMES, NUMBER_FIELDS, folded, named
from tools.screens.tables.source_file import SourceFile

MOST_LOST = 0.5
"""Above this share of perturbations without a row of their own, the file is not one screen."""
MOST_LEFT = 0.2
"""A column tells screens apart where at most this share of rows still stands beside another of its perturbation."""
_KEYS = ["perturbation", "replicate"]
_SITES = frozenset({
    "tss", "tssid", "transcript", "transcripts", "transcriptid", "transcriptids", "promoter", "promoters", "startsite",
    "enst", "ensembltranscript", "isoform", "refseqid",
})  # fmt: skip
"""Columns, lower case without signs, that tell start sites or transcripts of a gene."""
_WORDS = {"strongest": "the strongest", "by-p": "the one of the smallest p", "mean": "their mean"}
_IDENTIFIERS = frozenset(name for names in IDENTIFIER_NAMES.values() for name in names)
FEW_SCREENS = 5
"""Up to so many genes in a column may be readouts of so many screens; more are second genes of pairs."""
MOST_VALUES = 20
"""A column with more distinct values is a measurement or a name, not a choice of screens."""


def one_row_each(
    found: SortedRows, source: SourceFile, reading: Reading, names: GeneNames, default: Repeats = ""
) -> SortedRows:
    """Leaves at most one row for each perturbation and replicate.

    Where several rows lead to one perturbation, the row written with the approved symbol is used and rows under former
    names are set aside; rows that agree in every number count once. Of others `Reading.repeats` says which is used, or
    `default`; where neither does, nothing says which row is right, and all of them are set aside.

    Args:
        found: Typed rows with their perturbation.
        source: Their file, of which the columns are looked at when too many rows would be lost.
        reading: How it is read.
        names: Names of the organism.
        default: What holds for repeats where `reading` does not say.

    Raises:
        NeedsChoiceError: Most perturbations have rows that differ, so it has to be said which are meant.
    """
    double = found.rows.duplicated(_KEYS, keep=False).to_numpy(dtype=bool)
    if not double.any():
        return found
    how, why = _how(found.rows, source, reading, default)
    kept, notes = _split_duplicates(found.rows, double, how)
    if not how:
        _refuse_repeated(found.rows, kept, source, reading, names)
    said = _said(notes, how, why)
    return replace(found, rows=kept, notes=(*found.notes, *notes), remarks=(*found.remarks, *said))


def _how(rows: pd.DataFrame, source: SourceFile, reading: Reading, default: Repeats) -> tuple[Repeats, str]:
    """What holds for rows that differ, and why."""
    if reading.repeats:
        return reading.repeats, ""
    if default:
        return default, "its rows are start sites or transcripts"
    if site := _site_column(source, reading):
        return "strongest", f"the column {site} tells start sites or transcripts"
    if _both_orders(rows):
        return "mean", "most pairs stand in both orders"
    return "", ""


def _site_column(source: SourceFile, reading: Reading) -> str:
    columns = source.columns(reading)
    taken = set(reading.columns.values())
    return next((one for one in columns if folded(one) in _SITES and one not in taken), "")


def _both_orders(rows: pd.DataFrame) -> bool:
    """Whether most pairs of a file are written in more than one way, as A_B and B_A are."""
    pairs = rows[are_pairs(rows["perturbation"])]
    counts = pairs.groupby("perturbation")["name"].nunique()
    return len(counts) > 0 and bool((counts > 1).mean() > MOST_LOST)


def _split_duplicates(
    rows: pd.DataFrame, double: npt.NDArray[np.bool_], how: Repeats
) -> tuple[pd.DataFrame, list[Note]]:
    """Rows of which each perturbation and replicate has one, and a note for each row set aside."""
    notes: list[Note] = []
    kept: list[int] = []
    means: list[pd.DataFrame] = []
    for (perturbation, _), group in rows[double].sort_values("line").groupby(_KEYS, sort=True):
        used, why = _which_of(group, str(perturbation), how)
        if used is None:
            means.append(_mean(group))
            kept.append(group.index[0])
        else:
            kept += used
        aside = group.drop(index=[group.index[0]] if used is None else used)
        notes += [note_of(row, "duplicate", why) for row in aside.to_dict("records")]
    chosen = rows[~double | rows.index.isin(kept)]
    if means:
        chosen = pd.concat([chosen.drop(index=pd.concat(means).index), *means]).sort_index()
    return chosen, notes


def _which_of(group: pd.DataFrame, perturbation: str, how: Repeats) -> tuple[list[int] | None, str]:
    """The rows of a group that are used (None for their mean), and what is said of the others."""
    lines = ", ".join(str(line) for line in group["line"])
    own = group[[_is_own(name, perturbation) for name in group["name"]]]
    same = (group if len(own) < 1 else own)[[*NUMBER_FIELDS, "guides"]].drop_duplicates()
    if len(own) == 1 and not how:
        return list(own.index), f"Lines {lines} are all {perturbation}; the one under its approved symbol is used."
    if len(same) == 1 and (own.empty or not how or len(own) == len(group)):
        return list(same.index), f"Lines {lines} are all {perturbation} and agree; one of them is used."
    if how == "mean":
        return None, f"Lines {lines} are all {perturbation} and differ; their mean is used."
    if how:
        which = "the strongest" if how == "strongest" else "the one of the smallest p"
        return [_best(group, how)], f"Lines {lines} are all {perturbation} and differ; {which} is used."
    return [], f"Lines {lines} are all {perturbation} and differ, so none is used; declare replicates if they are."


def _is_own(name: str, perturbation: str) -> bool:
    """Whether a name is the perturbation's own, of pairs whatever stands between their genes."""
    if name == perturbation or "+" not in perturbation:
        return name == perturbation
    return re.sub("[^A-Za-z0-9]", "", name) == re.sub("[^A-Za-z0-9]", "", perturbation)


def _best(group: pd.DataFrame, how: Repeats) -> int:
    """The row of the largest effect, or of the smallest p and then the largest effect; of equal ones the first."""
    size = group["estimate"].abs()
    p = group[["p_low", "p_high"]].min(axis=1).fillna(np.inf)
    keys = {"size": -size, "p": p if how == "by-p" else 0.0}
    return int(group.assign(**keys).sort_values(["p", "size"], kind="stable").index[0])


def _mean(group: pd.DataFrame) -> pd.DataFrame:
    """One row of the rows' mean: p of each side by Fisher's method, as of replicates; of FDR the larger one stands.

    What the FDR of a mean is cannot be told without the whole table, and the larger is never too bold.
    """
    combined = combine(group.assign(replicate=""))
    largest = {f"fdr_{side}": group[f"fdr_{side}"].max(skipna=False) for side in SIDES}
    row = combined.assign(replicate=group["replicate"].iloc[0], **largest).set_axis(group.index[:1])
    return row[list(group.columns)]


def _said(notes: list[Note], how: Repeats, why: str) -> list[str]:
    """What is said of rows that differ, with the other ways to read them."""
    differing = {note.detail for note in notes if " differ" in note.detail}
    if not differing:
        return []
    others = ", ".join(option(repeats=one) for one in ("strongest", "by-p", "mean") if one != how)
    if not how:
        return [f"{len(differing):,} perturbations have rows that differ and are left out; {others} reads them."]
    reason = f", since {why}" if why else ""
    return [f"{len(differing):,} perturbations have rows that differ: {_WORDS[how]} is used{reason}; else {others}."]


def _refuse_repeated(
    rows: pd.DataFrame, kept: pd.DataFrame, source: SourceFile, reading: Reading, names: GeneNames
) -> None:
    """Refuses a file most of whose perturbations have rows that differ, and names the column that tells them apart."""
    several, lost = rows["perturbation"].nunique(), rows["perturbation"].nunique() - kept["perturbation"].nunique()
    if lost <= MOST_LOST * several:
        return
    message = f"{lost:,} of {several:,} perturbations of {source.path.name} have several rows that differ"
    second, found = _second_genes(source, reading, names), _telling_column(rows, source, reading)
    few = found is not None and found[0] == second and len(found[1]) <= FEW_SCREENS
    if second and not few:
        raise NeedsChoiceError(
            f"{message}: the column {second} holds genes as well, so its rows are of pairs.",
            f"Read them as pairs: {option(columns={'gene2': second})}.",
        )
    if found is None:
        raise NeedsChoiceError(
            f"{message}, and no column tells them apart.",
            f"Name a column of replicates ({option(columns={'replicate': COLUMN})}), say which row is meant"
            f" ({option(repeats='strongest')}, {option(repeats='by-p')} or {option(repeats='mean')}), or give a table"
            " of one row for each perturbation.",
        )
    column, values = found
    other = (
        f"If it holds the second genes of pairs: {option(columns={'gene2': column})}."
        if few
        else f"If they are replicates of one screen: {option(columns={'replicate': column})}."
    )
    raise NeedsChoiceError(
        f"{message}: it seems to hold several screens. The column {column} holds {', '.join(values)}.",
        f"Take one: {option(where={column: values[0]})}. {other}",
    )


def _second_genes(source: SourceFile, reading: Reading, names: GeneNames) -> str:
    """A column, other than that of the genes, most of whose values are names of genes; empty where there is none."""
    cells = source.table(reading).cells
    taken = {*reading.columns.values(), *named([str(one) for one in cells.columns], GENE_NAMES)[:1]}
    for column in cells.columns:
        if str(column) in taken or folded(str(column)) in _IDENTIFIERS:
            continue
        values = list(dict.fromkeys(clean(text) for text in cells[column]))
        words = [value for value in values if value and not value[0].isdigit() and value[0] not in "-.("][:500]
        status = names.statuses(words)
        known = sum(one in ("approved", "previous", "identifier", "control") for one in status.values())
        if len(words) >= 3 and known > 0.5 * len(values[:500]):
            return str(column)
    return ""


def _telling_column(rows: pd.DataFrame, source: SourceFile, reading: Reading) -> tuple[str, list[str]] | None:
    """The column of fewest values, and these, within each of which a perturbation has one row; None without one."""
    cells = source.table(reading).cells
    # Further files of the same screen number their lines anew; the first file's come first.
    lines = rows.drop_duplicates("line").set_index("line")["perturbation"]
    lines = lines[lines.index.isin(cells.index)]
    found: list[tuple[str, list[str]]] = []
    for column in cells.columns:
        text = cells.loc[lines.index, column]
        values = sorted(filter(None, map(clean, text.unique())))
        doubled = pd.DataFrame({"perturbation": lines, "value": text}).duplicated(keep=False)
        if 2 <= len(values) <= MOST_VALUES and doubled.mean() <= MOST_LEFT:
            found.append((str(column), values))
    return min(found, key=lambda one: len(one[1]), default=None)
