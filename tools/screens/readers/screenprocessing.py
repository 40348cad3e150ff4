"""Gene tables of ScreenProcessing: three lines of column names, for phenotype, replicate and statistic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from db.acts import option
from db.errors import InvalidValueError, NeedsChoiceError
from tools.screens.checks.column_names import looks_like
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, gene_column, named, split_two_sided, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_BETWEEN = ":"
"""What stands between the names of a column that lie above each other (`tools.screens.tables`)."""
_STATISTICS = {
    "estimate": re.compile(r"average phenotype.*", re.IGNORECASE),
    "guides": re.compile(r"sgrna count.*", re.IGNORECASE),
}
_HONOURED = {"gene", "estimate"}


@dataclass(frozen=True)
class _Phenotype:
    """One phenotype of one replicate: its name, its replicate, and field → column of its statistics."""

    name: str
    replicate: str
    columns: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.name} {self.replicate}".strip()


class ScreenProcessing:
    """ScreenProcessing: ``genetable.txt`` and ``genetable_collapsed.txt`` (Horlbeck et al. 2016, eLife 5:e19760).

    The estimate is the average phenotype of the strongest guides, p is Mann and Whitney's, two-sided. The table has a
    row for each start site of a gene. ``--map estimate=gamma`` picks a phenotype; of its replicates the average is
    taken unless ``--map "estimate=gamma Rep1"`` names another.
    """

    title = "ScreenProcessing gene table (three header lines)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether columns are named by phenotype, replicate and a statistic of ScreenProcessing.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene and the effect asks for another reader.
        """
        found = _phenotypes(source.columns(reading))
        mapped = reading.columns.get("estimate")
        own = mapped is None or any(_is_meant(mapped, one) for one in found)
        return bool(found) and own and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads one phenotype.

        Args:
            source: The open file.
            reading: How it is read.

        Raises:
            NeedsChoiceError: It has several phenotypes, and nobody said which.
        """
        raw = source.table(reading)
        chosen = _chosen(_phenotypes(raw.columns), reading, source.path.name)
        gene = gene_column(raw.columns, reading, source.path)
        table = typed_table(raw, reading, gene=gene, fields=chosen.columns, kind="lfc")
        rows = split_two_sided(table.rows, "p" if "p" in chosen.columns else None, None)
        taken = ", ".join(f"{field} from {_last(column)!r}" for field, column in chosen.columns.items())
        sites = " Rows are start sites of genes." if named(raw.columns, ("transcript", "transcripts")) else ""
        return replace(finished(table, rows), remarks=(f"ScreenProcessing: {chosen}, {taken}.{sites}",))


def _last(column: str) -> str:
    return column.rsplit(_BETWEEN, 1)[-1]


def _phenotypes(columns: Sequence[str]) -> list[_Phenotype]:
    """The phenotypes of a table whose columns have the three names; none where they have not."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for column in columns:
        *above, statistic = (part.strip() for part in column.split(_BETWEEN))
        if not above:
            continue
        field = next((f for f, pattern in _STATISTICS.items() if pattern.fullmatch(statistic)), looks_like(statistic))
        if field in ("estimate", "p", "guides"):
            found.setdefault((above[0], " ".join(above[1:])), {})[field] = column
    return [_Phenotype(*key, fields) for key, fields in found.items() if "estimate" in fields]


def _is_meant(wanted: str, one: _Phenotype) -> bool:
    return wanted.strip().casefold() in {one.name.casefold(), str(one).casefold(), one.columns["estimate"].casefold()}


def _chosen(found: Sequence[_Phenotype], reading: Reading, file: str) -> _Phenotype:
    listed = ", ".join(map(str, found))
    wanted = reading.columns.get("estimate")
    if wanted is None and len({one.name for one in found}) > 1:
        raise NeedsChoiceError(
            f"{file} has three header lines (phenotype, replicate, statistic) and several phenotypes: {listed}.",
            f"Take one: {option(columns={'estimate': found[0].name})}.",
        )
    meant = [one for one in found if wanted is None or _is_meant(wanted, one)]
    averages = [one for one in meant if one.replicate.casefold().startswith("ave")]
    for group in (meant, averages):
        if len(group) == 1:
            return group[0]
    if not meant:
        raise InvalidValueError(f"{file} has no phenotype {wanted!r}.", f"It has: {listed}.")
    raise NeedsChoiceError(
        f"{file} has {len(meant)} columns of effects of {meant[0].name}: {', '.join(map(str, meant))}.",
        f"Take one: {option(columns={'estimate': str(meant[0])})}.",
    )


METHOD = ScreenProcessing
