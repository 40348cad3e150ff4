"""Which perturbations push the cells toward a state: predicted scores on a signature, measured ones beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db.acts import option
from db.errors import InvalidValueError
from db.genes.nomenclature import symbols_of
from db.records import PROTEIN_LOCUS
from tools.expression.signatures import Signature, signature_of
from tools.expression.unseen.cell_groups import signature_of_cells
from tools.expression.unseen.options import Learning
from tools.expression.unseen.signature_ranking import scored
from tools.expression.unseen.signature_results import PredictedSignature
from tools.genes.name_lists import read_list, resolve_list
from tools.parameters import takes_fields
from tools.workspace import Workspace

TOP = 25


@takes_fields
def predict_signature(
    workspace: Workspace,
    signature: str,
    learning: Learning,
    *,
    cells: str = "",
    toward: str = "",
    away: str = "",
    within: str = "",
    genes: Sequence[str] = (),
    library: Path | None = None,
    top: int = TOP,
) -> PredictedSignature:
    """Says which genes, measured or not, push the cells toward a state when they are perturbed, and which away from it.

    A state is a signature: genes that are high in it, and genes that are low. Every gene is predicted by a fit that saw
    nothing of it, so that what was measured stands beside as a check. The first question to the same tables learns, and
    holds every measured gene out once, which takes a minute or two; later ones take seconds.

    Args:
        workspace: Its store holds responses and knowledge of genes.
        signature: A gene set of the store, by name or as ``collection:name``; or a file of genes with signs. Empty
            where two groups of cells are compared.
        learning: What is learnt from.
        cells: A table of the store that keeps cells, or a file of cells, two groups of which make the signature.
        toward: ``COLUMN=VALUE`` of the cells that are in the state; of a table of the store the column is
            ``perturbation``, and controls are ``control``.
        away: ``COLUMN=VALUE`` of the cells that the state is set against.
        within: The context that is answered for, one of those that were learnt from; the mean over all where empty.
        genes: The genes that are ranked; all protein-coding ones where neither these nor a library is given.
        library: A file of the genes that are ranked.
        top: How many are listed from either end.

    Raises:
        NotFoundError: There is no such signature, table, predictor or gene.
        RefusedFileError: A file cannot be read, or too few genes of the signature are readout genes.
        InvalidValueError: Too few genes were measured, or a value cannot be used.
    """
    if top < 1:
        raise InvalidValueError(f"{top} perturbations cannot be listed.", f"Give {option(top=1)} or more.")
    told = told_signature(workspace, signature, cells, toward, away)
    made = scored(workspace, told, learning, within=within, candidates=candidates_of(workspace, genes, library))
    return made.ends(top)


def told_signature(workspace: Workspace, signature: str, cells: str, toward: str, away: str) -> Signature:
    """The signature that is named, or that two groups of cells make.

    Args:
        workspace: The workspace.
        signature: See `predict_signature`; likewise the others.
        cells: Whose cells.
        toward: Those in the state.
        away: Those that it is set against.

    Raises:
        InvalidValueError: Neither is named, or both are.
        NotFoundError: There is no such signature, file or table.
        RefusedFileError: A file cannot be read.
    """
    if bool(signature.strip()) == bool(cells):
        raise InvalidValueError(
            "A signature is named, or two groups of cells are; one of both.",
            f"Name a gene set or a file, or give {option('cells')} with {option('toward')} and {option('away')}.",
        )
    if (toward or away) and not cells:
        raise InvalidValueError("Groups of cells are named, but no cells.", f"Say whose: {option('cells')}.")
    return signature_of_cells(workspace, cells, toward, away) if cells else signature_of(workspace, signature, "human")


def candidates_of(workspace: Workspace, genes: Sequence[str], library: Path | None) -> list[str]:
    """The perturbations that are ranked, under approved names, in alphabetical order.

    Args:
        workspace: Its store has the gene names.
        genes: Names that were given.
        library: A file of names.

    Raises:
        InvalidValueError: None of the names is a gene.
        RefusedFileError: The file is no list.
    """
    names = [*genes, *(one.name for one in (read_list(library, "library") if library else ()))]
    if not names:
        return symbols_of(workspace.store, "human", PROTEIN_LOCUS)
    found = sorted(set(resolve_list(workspace.store, "human", names, "library").perturbations["name"]))
    if not found:
        raise InvalidValueError(f"None of {len(names):,} names is one human gene, such as {names[0]!r}.")
    return [str(name) for name in found]
