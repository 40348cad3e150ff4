"""From a file to rows that the store can take: read, cleaned, named, signed and combined; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.errors import NeedsChoiceError, RefusedFileError
from db.genes.names import GeneNames
from db.provenance import file_hash
from db.records import EstimateKind, Modality, Note, Organism
from tools import registry
from tools.screens.ingestion import doubtful_rows as dirty
from tools.screens.ingestion.perturbation_names import listed_hits, resolve, symbol_of
from tools.screens.ingestion.repeated_rows import refuse_repeated
from tools.screens.ingestion.replicates import combine
from tools.screens.ingestion.signs import Meaning, check_own_effect, find_meaning, harmonise, own_effect
from tools.screens.readers.base import ReadOptions, ScreenReader, ScreenTable
from tools.screens.tables.bytes import check_file
from tools.screens.tables.rows import GENE_NAMES, ROW_COLUMNS, named
from tools.screens.tables.text import header
from tools.workspace import Progress, Workspace

ROWS = ("line", "name", "perturbation", "gene_id", "second_gene_id", *ROW_COLUMNS[2:])


@dataclass(frozen=True)
class PreparedTable:
    """A file's effects, harmonised (positive raises the phenotype) and named by approved symbols.

    Attributes:
        rows: Columns `ROWS`: line, name (as in the file), perturbation, gene_id, second_gene_id, replicate,
            estimate, standard_error, p_low, p_high, fdr_low, fdr_high, guides. Rows with an empty replicate are the
            combined ones, one for each perturbation; rows of single replicates follow where the file has several.
        controls: Negative controls, harmonised: line, name, replicate, estimate, guides.
        notes: Rows kept aside or flagged.
        estimate_kind: What the estimates are.
        positive_means: What positive meant in the file.
        sign_evidence: How that is known, and what the readout gene says.
        hits: Perturbations of the file's own list of hits, sorted; None where it has no list.
        lost_hits: Names of that list without a row among `rows`.
        source_hashes: SHA-256 of each file that was read.
        reader: The reader that understood the file.
        organism: Whose genes they are.
        readout_gene: Approved symbol of the readout gene, or empty.
        rows_read: Rows of the file (and its replicates) that were read, with those kept aside.
        text: The file's own words on the task.
        remarks: What whoever adds the file should know.
    """

    rows: pd.DataFrame
    controls: pd.DataFrame
    notes: tuple[Note, ...]
    estimate_kind: EstimateKind
    positive_means: Meaning
    sign_evidence: str
    hits: tuple[str, ...] | None
    lost_hits: tuple[str, ...]
    source_hashes: tuple[str, ...]
    reader: str
    organism: Organism
    readout_gene: str
    rows_read: int
    text: str
    remarks: tuple[str, ...]

    @property
    def combined(self) -> pd.DataFrame:
        """One row for each perturbation."""
        return self.rows[self.rows["replicate"] == ""]

    @property
    def replicates(self) -> pd.DataFrame:
        """The rows of single replicates; none where the file has one only."""
        return self.rows[self.rows["replicate"] != ""]


def choose_reader(path: Path, options: ReadOptions, reader: str = "") -> str:
    """The name of the reader for a file: the one that was named, or the only one that knows its header.

    Args:
        path: The file.
        options: How it is to be read.
        reader: Name of a reader, or empty.

    Raises:
        RefusedFileError: No reader knows the header.
        NeedsChoiceError: More than one does.
        NotFoundError: There is no reader of the name.
    """
    for one in (path, *options.replicate_files):
        check_file(one)
    if reader:
        registry.load("readers", reader)
        return reader
    names = registry.names("readers")
    knowing = [name for name in names if _reader(name).recognises(path, options)]
    if len(knowing) == 1:
        return knowing[0]
    if knowing:
        raise NeedsChoiceError(
            f"{path.name} could be read by {' or '.join(knowing)}.", f"Say which: --reader {knowing[0]}."
        )
    columns = header(path, options)
    raise RefusedFileError(
        f"No reader knows the columns of {path.name}: {', '.join(columns[:20])}.{_missing(columns)}",
        f"Name the columns: --map gene=COLUMN --map estimate=COLUMN. {_suffix_hint(columns)}Or name one of the readers"
        f" ({', '.join(names)}): --reader NAME.",
    )


def _reader(name: str) -> ScreenReader:
    method: ScreenReader = registry.load("readers", name)()
    return method


def _missing(columns: list[str]) -> str:
    return "" if named(columns, GENE_NAMES) or "" in columns else " There is no gene column among them."


def _suffix_hint(columns: list[str]) -> str:
    """The suffixes of a wide file that holds several MAGeCK screens side by side."""
    stem = "neg|lfc"
    ends = [name.removeprefix(stem) for name in columns if name.startswith(stem) and name != stem]
    return f"The file holds several screens: --suffix {' or --suffix '.join(ends)}. " if ends else ""


def read_table(path: Path, options: ReadOptions, reader: str = "") -> ScreenTable:
    """Reads a file as text and types its rows; names and signs are still the file's own.

    Args:
        path: The file.
        options: How it is to be read.
        reader: Name of a reader; empty to go by the header.

    Raises:
        RefusedFileError: The file cannot be read as a screen.
        NeedsChoiceError: It can be read in more than one way.
    """
    return _reader(choose_reader(path, options, reader)).read(path, options)


def prepare(
    workspace: Workspace,
    path: Path,
    options: ReadOptions,
    *,
    organism: str = "",
    reader: str = "",
    positive_means: str = "",
    readout_gene: str = "",
    modality: Modality = "",
    strict: bool = False,
) -> PreparedTable:
    """Reads a file and makes its rows ready for the store, which stays as it is.

    Args:
        workspace: Its store has the gene names.
        path: The file.
        options: How it is to be read.
        organism: ``human`` or ``mouse``; empty to go by how the names are written.
        reader: Name of a reader; empty to go by the header.
        positive_means: ``raises`` or ``lowers``; empty where the format itself says it.
        readout_gene: The gene whose expression is the phenotype, if any; its own effect checks the sign.
        modality: How genes were perturbed.
        strict: Whether to refuse the file when any row would be kept aside.

    Raises:
        RefusedFileError: The file cannot be used.
        NeedsChoiceError: Something about it has to be said.
        ConflictError: The readout gene's own effect contradicts the sign.
        NotFoundError: The store has no gene names of the organism.
    """
    task = f"read {path.name}"
    workspace.report(Progress(task, 0, 4, "reading"))
    name = choose_reader(path, options, reader)
    table = _reader(name).read(path, options)
    rows, controls, notes = dirty.split_controls(table.rows, options.controls)
    genes_read = len(rows) + sum(note.reason == "bad-row" for note in table.notes)
    rows, number_notes = dirty.split_numbers(rows)
    notes += [*table.notes, *number_notes]
    dirty.refuse_hopeless(genes_read, notes, len(rows), path.name)
    workspace.report(Progress(task, 1, 4, "gene names"))
    species = dirty.organism_of(rows["name"].tolist(), organism, path.name)
    names = GeneNames.load(workspace.store, species)
    rows, name_notes = resolve(names, rows, table.identifiers, options.controls)
    notes += name_notes
    if rows.empty:
        raise RefusedFileError(
            f"No name in {path.name} means one {species} gene; the first is {name_notes[0].name!r}.",
            "Check the gene column (--map gene=COLUMN) and --organism.",
        )
    named_rows = rows
    rows, duplicate_notes = dirty.split_duplicates(named_rows)
    refuse_repeated(named_rows, rows, path, options)
    notes += duplicate_notes
    if strict:
        dirty.refuse_if_strict(notes, options.controls, path.name)
    workspace.report(Progress(task, 2, 4, "sign and replicates"))
    gene = symbol_of(names, readout_gene)
    meaning, evidence, rows, controls = _signed(rows, controls, table, positive_means, gene, modality, path.name)
    hits, lost = listed_hits(names, table.hits, set(rows["perturbation"]))
    workspace.report(Progress(task, 3, 4, "ready"))
    return PreparedTable(
        rows=rows,
        controls=controls,
        notes=tuple(sorted(notes, key=lambda note: (note.line or 0, note.reason, note.name))),
        estimate_kind=table.estimate_kind,
        positive_means=meaning,
        sign_evidence=evidence,
        hits=hits,
        lost_hits=lost,
        source_hashes=tuple(file_hash(one) for one in (path, *options.replicate_files, *table.sources)),
        reader=name,
        organism=species,
        readout_gene=gene,
        rows_read=len(table.rows) + sum(note.reason == "bad-row" for note in table.notes),
        text=table.text,
        remarks=table.remarks,
    )


def _signed(
    rows: pd.DataFrame,
    controls: pd.DataFrame,
    table: ScreenTable,
    given: str,
    gene: str,
    modality: Modality,
    file_name: str,
) -> tuple[Meaning, str, pd.DataFrame, pd.DataFrame]:
    """Combines replicates, finds what positive means, and turns and checks the sign."""
    combined, single = _combined(rows)
    meaning, evidence = find_meaning(given, table.positive_means, own_effect(combined, gene), modality, file_name)
    combined = harmonise(combined, meaning)
    evidence = check_own_effect(own_effect(combined, gene), modality, evidence, file_name)
    both = pd.concat([combined, harmonise(single, meaning)]) if len(single) else combined
    kept = harmonise(controls, meaning)[["line", "name", "replicate", "estimate", "guides"]]
    return meaning, evidence, both[list(ROWS)].reset_index(drop=True), kept.reset_index(drop=True)


def _combined(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The combined rows, and the single ones where there is more than one replicate."""
    labels = set(rows["replicate"])
    if len(labels) == 1:
        return rows.assign(replicate="").sort_values("perturbation", kind="stable"), rows.iloc[:0]
    named = rows.assign(replicate=rows["replicate"].replace("", "unnamed"))
    return combine(named), named.sort_values(["perturbation", "replicate"], kind="stable")
