"""The phenotype that an option names."""

from __future__ import annotations

from db.acts import option
from db.errors import InvalidValueError
from db.records import Organism
from tools.expression.perturb_seq.comparing.measured import Measured
from tools.expression.perturb_seq.options import ENERGY, RESPONDING, SIGNATURE
from tools.expression.perturb_seq.phenotypes.base import Phenotype
from tools.expression.perturb_seq.phenotypes.energy import energy_distances
from tools.expression.perturb_seq.phenotypes.responding import responding_genes
from tools.expression.perturb_seq.phenotypes.signature import signature_scores
from tools.expression.signatures import Signature, signature_of
from tools.workspace import Workspace


def check_phenotype(named: str) -> None:
    """Refuses what names no phenotype.

    Args:
        named: ``responding-genes``, ``energy-distance`` or ``signature:NAME``.

    Raises:
        InvalidValueError: It is none of them.
    """
    if named in (RESPONDING, ENERGY) or named.startswith(SIGNATURE):
        return
    raise InvalidValueError(
        f"{named!r} is no phenotype of cells.",
        f"Give {option(phenotype_from=RESPONDING)}, {option(phenotype_from=ENERGY)} or"
        f" {option(phenotype_from=SIGNATURE + 'FILE')}.",
    )


def signature_named(workspace: Workspace, named: str, organism: Organism) -> Signature | None:
    """The signature that is named; None for the other phenotypes.

    Args:
        workspace: Its store has the gene sets.
        named: As for `check_phenotype`.
        organism: Whose genes.

    Raises:
        NotFoundError: There is neither a file nor a set of the name.
    """
    return signature_of(workspace, named.removeprefix(SIGNATURE), organism) if named.startswith(SIGNATURE) else None


def phenotype_of(workspace: Workspace, measured: Measured, named: str, signature: Signature | None) -> Phenotype:
    """One number for each perturbation.

    Args:
        workspace: Progress is reported to it.
        measured: What was measured.
        named: As for `check_phenotype`.
        signature: As `signature_named` gives it.

    Raises:
        RefusedFileError: Too few genes of the signature are measured.
    """
    if signature is not None:
        return signature_scores(measured, signature)
    return energy_distances(workspace, measured) if named == ENERGY else responding_genes(measured)
