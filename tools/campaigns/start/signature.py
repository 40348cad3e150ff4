"""The state that a campaign's hits push the cells toward: scores predicted from expression, taken down at the start."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_in
from db.records import CampaignSignature
from tools.campaigns.start.start_options import StartOptions
from tools.expression.unseen.signature_results import TELLING
from tools.workspace import Workspace

DIGITS = 4


def signature_of_campaign(
    workspace: Workspace, options: StartOptions, library: Iterable[str]
) -> CampaignSignature | None:
    """How far each gene of a library pushes the cells toward the campaign's signature; None where none is named.

    A predicted score counts as far as predictions of held-out genes hold: it is multiplied by the slope of measured on
    predicted scores there, so that scores that tell nothing come to 0.

    Args:
        workspace: Its store holds responses and knowledge of genes.
        options: What the campaign is started from.
        library: Names of its perturbations; pairs are passed over.

    Raises:
        NotFoundError: There is no such signature or table of responses.
        RefusedFileError: Too few genes of the signature are readout genes, or a file cannot be read.
        InvalidValueError: Too few genes were measured, or the library holds no single gene.
    """
    if not options.toward_a_state:
        return None
    # Only campaigns with a signature pay for what this takes to import.
    from tools.expression.unseen.options import Learning
    from tools.expression.unseen.signature_list import told_signature
    from tools.expression.unseen.signature_ranking import scored

    candidates = sorted({name for name in library if len(genes_in(name)) == 1})
    if not candidates:
        raise InvalidValueError(
            "Scores on a signature are predicted for single genes, and the library holds pairs alone.",
            f"Leave {option('signature')} out.",
        )
    told = told_signature(workspace, options.signature, options.cells, options.toward, options.away)
    learning = Learning(contexts=tuple(options.signature_contexts))
    found = scored(workspace, told, learning, within="", candidates=candidates)
    slope, doubt = calibrated(found.blind, found.measured)
    predicted = {one.perturbation: one.score for one in found.ranked if one.told}
    measured = {name: float(found.measured[name]) for name in candidates if name in found.measured.index}
    return CampaignSignature(
        name=told.name,
        learnt_from=tuple(found.fit.learnt_from),
        fit=None if found.spearman is None else round(found.spearman, DIGITS),
        doubt=round(doubt, DIGITS),
        predicted={name: round(slope * score, DIGITS) for name, score in predicted.items() if name not in measured},
        measured={name: round(score, DIGITS) for name, score in measured.items() if np.isfinite(score)},
    )


def calibrated(blind: pd.Series[float], measured: pd.Series[float]) -> tuple[float, float]:
    """Slope of measured on blindly predicted scores, at least 0, and the standard deviation that is left.

    Args:
        blind: Predicted scores of measured genes.
        measured: Their measured scores.
    """
    both = pd.concat([blind, measured], axis=1).dropna().to_numpy(float)
    x, y = both.T
    spread = float(np.var(x))
    slope = max(float(np.cov(x, y, bias=True)[0, 1]) / spread, 0.0) if spread > 0 else 0.0
    return slope, float(np.std(y - slope * x))


def signature_notes(signature: CampaignSignature | None) -> tuple[str, ...]:
    """What a person should know of the scores, in sentences.

    Args:
        signature: The campaign's signature, if it has one.
    """
    if signature is None:
        return ()
    scale = "" if signature.fit is None else f" (rank correlation of held-out genes {signature.fit:.2f})"
    said = (
        f"Scores on {signature.name} count: {len(signature.predicted):,} predicted from expression{scale} and"
        f" {len(signature.measured):,} measured, in {', '.join(signature.learnt_from)}. None of them is a result."
    )
    if signature.fit is None or signature.fit < TELLING:
        return said, f"Predicted scores on {signature.name} hardly follow measured ones, so that they weigh little."
    return (said,)
