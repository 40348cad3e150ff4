"""Predictions on other organisms: ranked in human terms, in which everything is known, and read in their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from tools.genes.orthologs import HUMAN, Orthologs
from tools.prediction.reasons.facts import Reason
from tools.prediction.records import Posterior, Rounds

NO_ORTHOLOG = "no evidence: it has no one-to-one human ortholog, and what is known of genes is known of human ones"


def rounds_in_human_terms(rounds: Rounds, orthologs: Orthologs) -> Rounds:
    """Effects revealed so far, with perturbations in human terms.

    Args:
        rounds: By own names.
        orthologs: Of the question's organism.
    """
    return Rounds(rounds.effects.assign(perturbation=orthologs.into_human(rounds.effects["perturbation"]).to_numpy()))


def posterior_in_own_terms(posterior: Posterior, orthologs: Orthologs) -> Posterior:
    """What is believed of perturbations, by their own names.

    Args:
        posterior: By names in human terms.
        orthologs: Of the question's organism.
    """
    return _renamed(posterior, orthologs.into_own(posterior.frame.index))


def posterior_in_human_terms(posterior: Posterior, perturbations: Sequence[str], orthologs: Orthologs) -> Posterior:
    """What is believed of some perturbations, by their names in human terms.

    Args:
        posterior: By own names.
        perturbations: Own names; those of which nothing is believed are left out.
        orthologs: Of the question's organism.
    """
    if orthologs.organism == HUMAN:
        return posterior
    own = [name for name in perturbations if name in posterior.frame.index]
    parts = {kind: values.loc[own] for kind, values in posterior.contributions.items()}
    return _renamed(Posterior(posterior.frame.loc[own], parts), orthologs.into_human(own))


def _renamed(posterior: Posterior, names: pd.Index[str]) -> Posterior:
    parts = {kind: values.set_axis(names) for kind, values in posterior.contributions.items()}
    return Posterior(posterior.frame.set_axis(names), parts)


def reason_in_own_terms(reason: Reason, own: str, human: str, orthologs: Orthologs) -> Reason:
    """A reason, said of the question's own perturbation: its facts are those of human genes.

    Args:
        reason: Of the perturbation in human terms.
        own: Its own name.
        human: Its name in human terms.
        orthologs: Of the question's organism.
    """
    if orthologs.organism == HUMAN:
        return reason
    if own in orthologs.known([own]):
        return replace(reason, text=f"by its human ortholog {human}: {reason.text}")
    return reason if reason.facts else replace(reason, text=NO_ORTHOLOG)
