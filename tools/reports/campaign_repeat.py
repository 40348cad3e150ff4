"""The lines that repeat a campaign, in the words of whoever reads the report."""

from __future__ import annotations

from typing import Any

from db import acts
from db.acts import FILE
from db.provenance import get_ingest
from db.screens.reading import contrasts_of, list_screens
from tools.campaigns.state import CampaignState
from tools.prediction.computed_list import DEFAULT_PREDICTOR
from tools.reports.common import line, packs_line
from tools.workspace import Workspace

ASKED = (
    "cell_type", "readout", "direction", "modality", "hit_rule", "study", "text", "positive_controls",
)  # fmt: skip
ORGANISATION = ("size", "mode", "guides_per_gene", "coverage", "price", "flag_essential")


def lines_of_campaign(workspace: Workspace, state: CampaignState) -> tuple[str, ...]:
    """Fetching, starting, and each round with its seed and results.

    Args:
        workspace: Says acts.
        state: The campaign.
    """
    name = state.campaign.name
    lines = [*packs_line(workspace), line(workspace, _start(state))]
    with workspace.store.read() as connection:
        files = {one.number: get_ingest(connection, one.ingest_id).source for one in state.revisions}
        signs = _signs(workspace, state)
    for one in state.rounds:
        other = one.shortlist.predictor not in ("", DEFAULT_PREDICTOR)
        by = {"predictor": one.shortlist.predictor} if other else {}
        lines.append(line(workspace, acts.act("campaign_propose", name, seed=one.seed, **by)))
        if one.state != "open":
            lines.append(line(workspace, acts.act("campaign_confirm", name)))
        if one.number in files:
            lines.append(
                line(workspace, acts.act("campaign_record", files[one.number], name=name, **signs.get(one.number, {})))
            )
    return (*lines, line(workspace, acts.act("write_report", "report.html", campaign=name)))


def _signs(workspace: Workspace, state: CampaignState) -> dict[int, dict[str, str]]:
    """What a positive value of each round's file meant, where it was said or told."""
    screens = [one for one in list_screens(workspace.store, campaigns=True) if one.campaign_id == state.campaign.id]
    meant = {each.id: each.positive_means for one in screens for each in contrasts_of(workspace.store, one.id)}
    return {
        one.number: {"positive_means": meant[one.contrast_id]} for one in state.revisions if one.contrast_id in meant
    }


def _start(state: CampaignState) -> str:
    question, settings = state.campaign.question, state.campaign.settings
    given: dict[str, Any] = {"phenotype": question.phenotype, "library": FILE}
    if question.organism != "human":
        given["organism"] = question.organism
    given |= {key: getattr(question, key) for key in ASKED if getattr(question, key) not in ("", ())}
    given |= {key: getattr(settings, key) for key in ORGANISATION if getattr(settings, key) not in (None, False)}
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    if state.campaign.measured_screen_id is not None:
        given["measured"] = FILE
    return acts.act("campaign_start", state.campaign.name, **given)
