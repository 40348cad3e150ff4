"""Hits of a campaign's rounds: those that raise and those that lower it apart, with what speaks against each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from db.records import Question, relation
from db.screens.reading import list_screens
from tools.campaigns.state import CampaignState
from tools.screens.hit_flags import ARTEFACTS, FITNESS, hit_flags
from tools.screens.strength import strength
from tools.workspace import Workspace

Role = Literal["activator", "repressor", ""]


@dataclass(frozen=True)
class ToldHit:
    """A hit of a measured round.

    Attributes:
        perturbation: Its name.
        round: The round that measured it.
        direction: ``raises`` or ``lowers`` the phenotype.
        role: ``activator`` of the phenotype where losing the gene lowers it or activating it raises it, else
            ``repressor``; empty where the question says nothing of how genes are perturbed.
        flags: ``essential`` and ``fitness`` (growth), ``every-reporter`` and ``opposite-bins`` (the assay).
    """

    perturbation: str
    round: int
    direction: Literal["raises", "lowers"]
    role: Role
    flags: tuple[str, ...]


def told_hits(workspace: Workspace, state: CampaignState, hits: Collection[str]) -> tuple[ToldHit, ...]:
    """The hits of a campaign's rounds, strongest first; what was measured before the campaign is not among them.

    Args:
        workspace: Its store has the screens and lists by which hits are flagged.
        state: The campaign.
        hits: Perturbations that are hits by the campaign's rule.
    """
    question = state.campaign.question
    rows = state.effects[state.effects["perturbation"].isin(set(hits)) & (state.effects["round"] > 0)]
    order = strength(rows["estimate"], question.side).sort_values(ascending=False, kind="stable").index
    rows = rows.loc[order]
    own = [screen for screen in list_screens(workspace.store) if relation(question, screen) == "copy"]
    flags = hit_flags(workspace, rows["perturbation"], question.organism, own)
    found = []
    for name, number, estimate in zip(rows["perturbation"], rows["round"], rows["estimate"], strict=True):
        way: Literal["raises", "lowers"] = "lowers" if estimate < 0 else "raises"
        found.append(ToldHit(str(name), int(number), way, _role(question, way), flags[str(name)]))
    return tuple(found)


def _role(question: Question, way: Literal["raises", "lowers"]) -> Role:
    if not question.modality:
        return ""
    return "activator" if (way == "raises") == (question.modality == "activation") else "repressor"


def warnings_of(hits: Collection[ToldHit]) -> tuple[str, ...]:
    """What speaks against hits, in sentences.

    Args:
        hits: The hits.
    """
    told = {
        FITNESS: "fitness genes, whose loss slows growth, so that the readout may show sick cells",
        ARTEFACTS[0]: "hits of every phenotype of the store that measured them, so perhaps of the assay",
        ARTEFACTS[1]: "hits in the same direction in both bins of one sort, so perhaps of the assay",
    }
    said = []
    for flag, words in told.items():
        names = [one.perturbation for one in hits if flag in one.flags]
        if names:
            shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
            said.append(f"{len(names)} of {len(hits)} hits are {words}: {shown}.")
    return tuple(said)
