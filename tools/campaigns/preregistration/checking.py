"""Whether a measured round keeps to what was written down before it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from db.acts import FILE, act
from db.errors import ConflictError, InvalidValueError
from db.provenance import versions
from db.records import Round
from tools.campaigns.preregistration.document import Document, read_document
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import CampaignState


@dataclass(frozen=True)
class PreregistrationCheck:
    """A measured round held against its preregistration.

    Attributes:
        path: The file.
        round: Number of the round.
        intact: Whether the file says what it said when it was written, by its own hashes.
        known: Whether the store noted the file's hash when it was written.
        same_list: Whether the round nominated what the file lists, in its order.
        same_rule: Whether hits are told by the rule and side that it names.
        changed: Perturbations that stand in the file or in the round, but not in both.
        missing: Perturbations of the list without a result.
        hits: Hits among those that have one; None where the list is another one.
        within: Whether that lies in the interval that the file expected; None where something is missing, or the list
            is another one.
        kept: Whether all of the above agree, and the store knows the file.
        findings: The same in sentences.
    """

    path: Path
    round: int
    intact: bool
    known: bool
    same_list: bool
    same_rule: bool
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    hits: int | None
    within: bool | None
    kept: bool
    findings: tuple[str, ...]


def check_preregistration(path: Path, state: CampaignState, hits: Collection[str]) -> PreregistrationCheck:
    """Holds a measured round against its preregistration.

    Args:
        path: The file.
        state: The campaign.
        hits: Perturbations that are hits by the campaign's rule.

    Raises:
        RefusedFileError: The file is no preregistration.
        InvalidValueError: It is another campaign's.
        ConflictError: Its round is not measured.
        NotFoundError: The campaign has no such round.
    """
    document = read_document(path)
    said, campaign = document.values, state.campaign
    if said["campaign"] != campaign.name:
        raise InvalidValueError(
            f"{path.name} is a preregistration of campaign {said['campaign']}, not of {campaign.name}.",
            f"Review that one: {act('campaign_review', said['campaign'])}.",
        )
    one = pick_round(state, int(said["round"]))
    if one.state != "measured":
        raise ConflictError(
            f"Round {one.number} of {campaign.name} is {one.state}, so there is nothing to hold against {path.name}.",
            f"{act('campaign_record', FILE, name=campaign.name)} brings its results in.",
        )
    known = said["sha256"] in (one.shortlist.preregistered or ())
    now = [nomination.perturbation for nomination in one.nominations]
    same_list = document.perturbations == now
    same_rule = (said["hit_rule"], said["side"]) == (campaign.question.hit_rule, campaign.question.side)
    measured = [n.perturbation for n in one.nominations if n.outcome == "measured"]
    missing = tuple(name for name in now if name not in set(measured)) if same_list else ()
    found = sum(name in hits for name in measured) if same_list else None
    low, high = document.expected.low, document.expected.high
    within = None if found is None or missing else low <= found <= high
    changed = tuple(sorted(set(now) ^ set(document.perturbations)))
    return PreregistrationCheck(
        path=path, round=one.number, intact=document.intact, known=known, same_list=same_list, same_rule=same_rule,
        changed=changed, missing=missing, hits=found, within=within,
        kept=document.intact and known and same_list and same_rule,
        findings=(
            *_of_file(document, known=known), _of_list(one, document, changed, same=same_list),
            _of_rule(document, campaign.question.hit_rule, campaign.question.side, same=same_rule),
            *_of_hits(document, len(measured), found, missing), *_of_versions(document),
        ),
    )  # fmt: skip


def _of_file(document: Document, *, known: bool) -> tuple[str, ...]:
    name, said = document.path.name, document.values
    if not document.intact:
        return (
            f"{name} was changed after it was written: it names the SHA-256 {said['sha256'][:12]}…, and what it says"
            f" has {document.sha256[:12]}….",
        )
    if not known:
        return (f"{name} agrees with its own hash, but the store never noted it: it was not written from this store.",)
    return (f"{name} is as it was written on {said['written_at'][:10]}, before the round was measured.",)


def _of_list(one: Round, document: Document, changed: tuple[str, ...], *, same: bool) -> str:
    if same:
        return f"Its list of {len(document.perturbations)} is what round {one.number} nominated, in the same order."
    if not changed:
        return f"Its list has the nominations of round {one.number}, but in another order."
    shown = ", ".join(changed[:8]) + (" …" if len(changed) > 8 else "")
    return f"Its list is not what round {one.number} nominated: {len(changed)} stand in one of them alone: {shown}."


def _of_rule(document: Document, rule: str, side: str, *, same: bool) -> str:
    if same:
        return f"Hits are told by its rule, {rule} ({side})."
    before = document.values
    return f"Its hit rule was {before['hit_rule']} ({before['side']}); hits are told by {rule} ({side}) now."


def _of_hits(document: Document, measured: int, found: int | None, missing: tuple[str, ...]) -> tuple[str, ...]:
    if found is None:
        return ()
    expected = document.expected
    promise = f"{expected.mean:.1f} hits ({expected.low:g} to {expected.high:g}) were expected of the whole list"
    if missing:
        shown = ", ".join(missing[:8]) + (" …" if len(missing) > 8 else "")
        return (f"{promise}; {found} came of the {measured} that were measured, and {shown} have no result.",)
    place = "above" if found > expected.high else "below" if found < expected.low else "within"
    return (f"{promise}; {found} came: {place} the interval.",)


def _of_versions(document: Document) -> tuple[str, ...]:
    before, now = document.values["versions"], versions()
    other = [f"{name} {before[name]} → {now[name]}" for name in sorted(now) if before.get(name, now[name]) != now[name]]
    return (f"Versions are others since: {', '.join(other)}.",) if other else ()
