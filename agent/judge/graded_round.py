"""A round graded by a language model, with a transcript of the grades that its shortlist names."""

from __future__ import annotations

from agent.events import Failed, Used
from agent.judge.judge import LanguageModelJudge
from agent.privacy.keys import redact
from agent.settings import load_settings
from agent.transcripts.log import TranscriptLog
from agent.transcripts.rounds_made import link_made_rounds
from db.campaigns.rounds import grades_of
from db.errors import HitscoutError
from db.transcripts import SUFFIX, TranscriptFile, folder_of, new_id
from tools.campaigns.chosen_campaign import pick_campaign
from tools.campaigns.rounds.judged_round import Judged, judge_round
from tools.campaigns.state import state_of
from tools.workspace import Workspace


def grade_round(
    workspace: Workspace, judge: LanguageModelJudge, name: str = "", *, only_estimate: bool = False
) -> Judged:
    """Lets a language model grade a campaign's round, proposes it again, and keeps a transcript of it.

    Args:
        workspace: Where the campaign is.
        judge: Who grades.
        name: The campaign; the only open one where empty.
        only_estimate: Whether to say what it would take, and send and write nothing.

    Raises:
        HitscoutError: As `tools.campaigns.rounds.judged_round.judge_round`; the transcript says it too.
    """
    if only_estimate:
        return judge_round(workspace, judge, name, only_estimate=True)
    campaign = pick_campaign(workspace.store, name).name
    file = TranscriptFile(folder_of(workspace.store) / f"{new_id()}{SUFFIX}")
    log = TranscriptLog(file)
    try:
        log.begin(workspace, judge.name, load_settings(workspace.paths, name=judge.name), campaign, again=False)
        log.asked(f"Grade the candidates of {campaign}, blind.")
        done = judge_round(workspace, judge, campaign, transcript_id=log.id)
        _write(workspace, log, done)
    except HitscoutError as error:
        log.end(Failed(error.kind, redact(error.message), redact(error.suggestion)))
        raise
    finally:
        file.close()
    link_made_rounds(workspace.store, file.path, [done])
    return done


def _write(workspace: Workspace, log: TranscriptLog, done: Judged) -> None:
    """Writes every grade as it was given, what was ignored, and what it took."""
    newest = state_of(workspace.store, done.campaign).rounds[-1]
    given = [one for one in grades_of(workspace.store, newest.id) if one.graded_by == done.by]
    log.write(
        "grades",
        campaign=done.campaign,
        round=done.round,
        by=done.by,
        grades=[
            {"perturbation": g.perturbation, "draw": g.draw, "grade": g.grade, "reason": g.reason,
             "evidence": list(g.evidence)}
            for g in given
        ],
        ignored=[one.to_json() for one in done.ignored],
    )  # fmt: skip
    used = done.usage
    log.end(Used(used.requests, 0, used.input_tokens, used.output_tokens, used.cost))
    filled = 0 if done.shortlist is None or done.shortlist.slots is None else done.shortlist.slots.filled
    log.end(f"{done.graded} graded, {filled} slots filled in round {done.round} of {done.campaign}.")
