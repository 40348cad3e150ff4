"""From a file to rows that the store can take: read, cleaned, named, signed and combined; nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from db.genes.names import GeneNames
from db.records import EstimateKind, Modality, Note, Organism
from tools.screens.checks.counts_beside import without_control_reads
from tools.screens.checks.plausibility import implausible
from tools.screens.ingestion.doubtful_rows import bad_rows, refuse_if_strict, said_of_gaps, usable_rows
from tools.screens.ingestion.files_read import FilesRead, read_files
from tools.screens.ingestion.perturbation_names import listed_hits, named_rows, refuse_empty, symbol_of
from tools.screens.ingestion.repeated_rows import one_row_each
from tools.screens.ingestion.signs import SignedRows, signed_rows
from tools.screens.ingestion.sorted_rows import SortedRows
from tools.screens.naming.control_rows import refuse_unmatched
from tools.screens.naming.organisms import organism_of, refuse_unnamed, refuse_written_as_yeast
from tools.screens.tables.reading import BY_ITSELF, Meaning, Reading
from tools.screens.tables.rows import ROW_COLUMNS
from tools.screens.tables.source_file import opened
from tools.workspace import Progress, Workspace

ROWS = ("line", "name", "perturbation", "gene_id", "second_gene_id", *ROW_COLUMNS[2:])
_CONTROLS = ["line", "name", "replicate", "estimate", "guides"]


@dataclass(frozen=True)
class HarmonisedTable:
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


def harmonise_file(
    workspace: Workspace,
    path: Path,
    reading: Reading = BY_ITSELF,
    *,
    replicate_files: Sequence[Path] = (),
    organism: str = "",
    readout_gene: str = "",
    modality: Modality = "",
) -> HarmonisedTable:
    """Reads a file and makes its rows ready for the store, which stays as it is.

    Args:
        workspace: Its store has the gene names.
        path: The file.
        reading: How it is read.
        replicate_files: Further files of the same screen, each one replicate.
        organism: ``human`` or ``mouse``; empty to go by how the names are written.
        readout_gene: The gene whose expression is the phenotype, if any; its own effect checks the sign.
        modality: How genes were perturbed.

    Raises:
        RefusedFileError: The file cannot be used.
        NeedsChoiceError: Something about it has to be said.
        ConflictError: The readout gene's own effect contradicts the sign.
        NotFoundError: The store has no gene names of the organism.
    """
    file, task = path.name, f"read {path.name}"
    workspace.report(Progress(task, 0, 4, "reading"))
    with opened(path, reading) as source:
        read = read_files(source, reading, replicate_files)
        refuse_unmatched(read.table.rows["name"], reading.controls, file)
        found = usable_rows(read.table, reading.controls, file)
        workspace.report(Progress(task, 1, 4, "gene names"))
        species = organism_of(found.rows["name"].tolist(), organism, file)
        names = GeneNames.load(workspace.store, species)
        named = named_rows(found, names, read.table.identifiers, reading.controls, file, read.table.cut)
        if not organism:
            refuse_written_as_yeast(named.names, names, file)
        said = refuse_unnamed(named.names, named.unresolved, species, reading.most_unresolved, file)
        refuse_empty(named.found, species, file)
        by_site = named.sites or modality == "interference"
        found = one_row_each(named.found, source, reading, names, "strongest" if by_site else "")
    if reading.strict:
        refuse_if_strict(found.notes, reading.controls, file)
    workspace.report(Progress(task, 2, 4, "sign and replicates"))
    gene = symbol_of(names, readout_gene)
    signed = signed_rows(found, reading.positive_means, read.table.positive_means, gene, modality, file)
    hits = listed_hits(names, read.table.hits, set(signed.rows["perturbation"]))
    workspace.report(Progress(task, 3, 4, "ready"))
    said = (*said, *read.table.remarks, *implausible(found.rows, read.table.estimate_kind, reading))
    said = (*said, *(one for each in (path, *replicate_files) for one in without_control_reads(each, read.table.rows)))
    return _table_of(replace(read, table=replace(read.table, remarks=said)), found, signed, hits, species, gene)


def harmonise_computed(
    workspace: Workspace,
    read: FilesRead,
    path: Path,
    reading: Reading = BY_ITSELF,
    *,
    organism: str = "",
    modality: Modality = "",
) -> HarmonisedTable:
    """Makes effects that were computed from a file ready for the store, as those that a file holds are.

    Args:
        workspace: Its store has the gene names.
        read: The effects, one row for each perturbation, and the file's hash.
        path: The file that they were computed from, for messages.
        reading: What positive means.
        organism: ``human`` or ``mouse``; empty to go by how the names are written.
        modality: How genes were perturbed.

    Raises:
        RefusedFileError: No effect can be used.
        NeedsChoiceError: Something about them has to be said.
        NotFoundError: The store has no gene names of the organism.
    """
    found = usable_rows(read.table, reading.controls, path.name)
    species = organism_of(found.rows["name"].tolist(), organism, path.name)
    names = GeneNames.load(workspace.store, species)
    named = named_rows(found, names, {}, reading.controls, path.name)
    refuse_empty(named.found, species, path.name)
    signed = signed_rows(named.found, reading.positive_means, read.table.positive_means, "", modality, path.name)
    return _table_of(read, named.found, signed, (None, ()), species, "")


def _table_of(
    read: FilesRead,
    found: SortedRows,
    signed: SignedRows,
    hits: tuple[tuple[str, ...] | None, tuple[str, ...]],
    organism: Organism,
    readout_gene: str,
) -> HarmonisedTable:
    return HarmonisedTable(
        rows=signed.rows[list(ROWS)].reset_index(drop=True),
        controls=signed.controls[_CONTROLS].reset_index(drop=True),
        notes=tuple(sorted(found.notes, key=lambda note: (note.line or 0, note.reason, note.name))),
        estimate_kind=read.table.estimate_kind,
        positive_means=signed.meaning,
        sign_evidence=signed.evidence,
        hits=hits[0],
        lost_hits=hits[1],
        source_hashes=read.source_hashes,
        reader=read.reader,
        organism=organism,
        readout_gene=readout_gene,
        rows_read=len(read.table.rows) + bad_rows(read.table),
        text=read.table.text,
        remarks=(*read.table.said, *read.table.remarks, *found.remarks, *said_of_gaps(found.rows, found.notes)),
    )
