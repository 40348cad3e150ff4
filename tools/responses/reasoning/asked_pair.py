"""The pair that is to be explained, checked before anything is learnt, and what is known of its genes."""

from __future__ import annotations

import pandas as pd

from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_in
from db.screens.responses import ResponseContext, contexts
from tools.responses.answers import own_targets, target_notes
from tools.responses.asked_names import asked_names, human_context, pairs_of
from tools.responses.reasoning.facts import GeneFacts
from tools.responses.reasoning.summaries import known_facts, told_of
from tools.workspace import Workspace


def the_pair(
    workspace: Workspace, perturbation: str, readout: str, context: str = ""
) -> tuple[ResponseContext, pd.DataFrame]:
    """The table that is asked about, and one pair under the names that it has; nothing is learnt.

    Args:
        workspace: As for `tools.responses.reasoning.explained.explain_response`.
        perturbation: As there.
        readout: As there.
        context: As there.

    Raises:
        HitscoutError: As there.
    """
    if not readout.strip() or not perturbation.strip():
        raise InvalidValueError("No readout gene was named.", "Name one: a single pair is explained at a time.")
    chosen = human_context(contexts(workspace.store), context)
    pair = pairs_of(*asked_names(workspace, chosen, [perturbation], [readout]))
    own = own_targets(pair, chosen)
    if own.any():
        raise InvalidValueError(
            " ".join(target_notes(pair[own], chosen.modality)), "Name a readout gene that is not its own target."
        )
    return chosen, pair


def facts_on_pair(workspace: Workspace, context: ResponseContext, pair: pd.DataFrame) -> dict[str, GeneFacts]:
    """Gene → what is known of it, by other cells alone, for both sides of a pair.

    Args:
        workspace: The workspace.
        context: The table that is asked about.
        pair: As `the_pair` gives it.
    """
    read = [str(pair["readout"].iloc[0])] if context.readout_kind == "gene" else []
    genes = list(dict.fromkeys([*genes_in(str(pair["perturbation"].iloc[0])), *read]))
    facts = known_facts(workspace, genes, told_of(contexts(workspace.store), context))
    return {gene: facts[gene] for gene in genes}
