"""The genes that a campaign chooses from: its library, and how much of each its cells express."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from db.acts import act, option
from db.campaigns.campaigns import perturbation_genes
from db.campaigns.records import IgnoredName
from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.genes.nomenclature import symbols_of
from db.records import PROTEIN_CODING, PROTEIN_LOCUS, Organism
from db.screens.reading import library_of
from db.store import Store
from tools.genes.name_lists import Resolved, read_expression, read_list, resolve_list
from tools.genes.orthologs import HUMAN, required_orthologs
from tools.screens.chosen_screen import screen_or_file
from tools.workspace import Workspace


def library_genes(workspace: Workspace, organism: Organism, library: str) -> Resolved:
    """The perturbations that can be nominated, and names of the library that could not be used.

    Args:
        workspace: The store, and whether files may be read.
        organism: Whose genes.
        library: A screen's name, a file of gene names, or ``protein-coding``.

    Raises:
        InvalidValueError: The screen is of another organism.
        RefusedFileError: The file holds no list of names, or none of the organism's genes.
        NotFoundError: There is no such screen or file, no list of protein-coding genes, or, for ``protein-coding``
            genes of another organism than human, no orthologs.
    """
    store = workspace.store
    if library == PROTEIN_CODING:
        coding = symbols_of(store, HUMAN, PROTEIN_LOCUS)
        if not coding:
            raise NotFoundError(
                f"The store does not know which {organism} genes are protein-coding.",
                f"{act('fetch', ['hgnc'])} gets that for human genes; otherwise name a screen or a file:"
                f" {option('library')}.",
            )
        # Only the human nomenclature says which genes code for a protein; their orthologs do too.
        names = sorted(required_orthologs(store, organism).own_symbols(coding))
        return resolve_list(store, organism, names, "library")
    found = screen_or_file(workspace, library, "library")
    if isinstance(found, Path):
        resolved = resolve_list(store, organism, [line.name for line in read_list(found, "library")], "library")
        if resolved.perturbations.empty:
            first = resolved.ignored[0]
            raise RefusedFileError(
                f"None of the {len(resolved.ignored):,} names of {found.name} is a {organism} gene; {first.name!r} is"
                f" {first.why}",
                "Give one gene symbol or identifier a line, of the campaign's organism.",
            )
        return resolved
    if found.organism != organism:
        raise InvalidValueError(
            f"The library {found.name!r} is of {found.organism} genes, the campaign of {organism} cells.",
            f"Give {option(organism=found.organism)}, or another library.",
        )
    return Resolved(perturbation_genes(store, organism, library_of(store, found.id)), ())


def expression(
    store: Store, organism: Organism, file: Path | None
) -> tuple[Mapping[str, float], Sequence[IgnoredName]]:
    """TPM by symbol, and names that could not be used.

    Args:
        store: The store.
        organism: Whose genes.
        file: Gene and TPM in two columns; no gene has a TPM where None.
    """
    if file is None:
        return {}, ()
    values = dict(read_expression(file))
    resolved = resolve_list(store, organism, list(values), "expression")
    rows = resolved.perturbations[["name", "listed"]].itertuples(index=False)
    return {str(name): values[listed] for name, listed in rows}, resolved.ignored
