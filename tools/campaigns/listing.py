"""Campaigns: a question, a library and the rounds that look for its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from db.campaigns.campaigns import add_exclusions, list_campaigns, set_closed, update_question
from db.campaigns.results import Revision
from db.campaigns.rounds import rounds_of
from db.errors import ConflictError, InvalidValueError, check_word, require
from db.records import Campaign, Direction, Modality, Organism, Question, Round
from db.screens.writing import ensure_perturbations
from db.transcripts import transcripts_of_campaign
from tools.campaigns.start.plan import plan_campaign, write_plan
from tools.campaigns.start.question import known_gene_sets, known_weights, require_known
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import CampaignState, load_state, pick_campaign, pick_open, state_of
from tools.genes.name_lists import resolve_list
from tools.screens.hit_rules import parse_rule
from tools.workspace import Workspace

FROZEN_FIELDS = ("organism",)
"""Fields of a question that name what the library already rests on."""


@dataclass(frozen=True)
class CampaignStart:
    """What `campaign_start` made.

    Attributes:
        campaign: The campaign.
        library_size: Perturbations in its library.
        measured: How many of them are measured already (round 0).
        candidates: How many can be nominated.
        ignored: Names of library, exclusion or expression files that could not be used, and why.
        notes: What else a person should know, in sentences.
    """

    campaign: Campaign
    library_size: int
    measured: int
    candidates: int
    ignored: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CampaignShow:
    """One campaign and how far it is.

    Attributes:
        campaign: The campaign with its question and settings.
        library_size: Perturbations in the library.
        measured: Perturbations with results, round 0 included.
        excluded: Perturbations taken out, by a person or as essential genes.
        candidates: What can still be nominated.
        rounds: Its rounds, by number, with their nominations.
        results: One line on each revision of each round's results.
        transcripts: The conversations that had a hand in its rounds, such as ``round 1: 20261121-064512-3f2a``.
    """

    campaign: Campaign
    library_size: int
    measured: int
    excluded: int
    candidates: int
    rounds: tuple[Round, ...]
    results: tuple[str, ...]
    transcripts: tuple[str, ...] = ()


@dataclass(frozen=True)
class CampaignLine:
    """One line of `campaign_list`: name, phenotype, rounds, state of the newest round (empty where there is none)."""

    name: str
    phenotype: str
    rounds: int
    state: str
    size: int
    closed: bool = False


@dataclass(frozen=True)
class Exclusion:
    """What `campaign_exclude` did: names excluded now, and names that could not be used and why."""

    campaign: str
    excluded: tuple[str, ...]
    ignored: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...] = ()


def campaign_start(
    workspace: Workspace,
    name: str,
    phenotype: str,
    *,
    text: str = "",
    organism: Organism = "human",
    cell_type: str = "",
    readout: str = "",
    direction: Direction = "both",
    modality: Modality = "",
    hit_rule: str = "",
    study: str = "",
    measured: str = "",
    library: str = "protein-coding",
    size: int = 128,
    mode: Literal["discover", "validate"] = "discover",
    exclude: Path | None = None,
    expressed: Path | None = None,
    min_tpm: float = 1.0,
    flag_essential: bool = False,
    guides_per_gene: int = 4,
    coverage: int = 500,
    price: float | None = None,
    positive_controls: Sequence[str] = (),
    screen_weights: Mapping[str, float] | None = None,
    gene_sets: Sequence[str] = (),
    positive_means: Literal["raises", "lowers", ""] = "",
    readout_gene: str = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
) -> CampaignStart:
    """Starts a campaign: what is looked for, among which genes, and what is measured already.

    Args:
        workspace: Where the campaign is kept.
        name: A name that no other campaign of the store has.
        phenotype: The biology asked about, in a few words.
        text: The question in plain words.
        organism: ``human`` or ``mouse``.
        cell_type: Cell type or line; the measured screen's where empty.
        readout: How the phenotype is measured; the measured screen's where empty.
        direction: Whether hits raise the phenotype, lower it, or both.
        modality: knockout, interference or activation; the measured screen's where empty.
        hit_rule: What a hit is; the measured screen's rule, or ``top 5%``, where empty.
        study: Study of the campaign, by which copies of its screen are recognised and never used as priors.
        measured: A screen's file, or the name of a screen of the store. Its effects are round 0: its genes are no
            candidates, and no prediction of the campaign learns from it as if it were another screen.
        library: Genes that can be nominated: a screen's name, a file of gene names, or ``protein-coding``.
        size: Places of a round.
        mode: ``discover`` nominates genes that were not measured; ``validate`` is refused for now.
        exclude: File of genes that must not be nominated, with a reason in the column after the name.
        expressed: File of gene and TPM; genes below `min_tpm` get the flag not-expressed.
        min_tpm: TPM from which a gene counts as expressed.
        flag_essential: Whether common essential genes stay candidates, with the flag essential. Else they are excluded
            where the library is ``protein-coding`` and the phenotype is not one of growth or death.
        guides_per_gene: Guides to order for each gene.
        coverage: Cells for each guide.
        price: Price of one guide, in the laboratory's own currency.
        positive_controls: Genes that are known hits; they are ordered with each round.
        screen_weights: Name of a screen → how much it counts as a prior; 1 is ordinary, 0 leaves it out.
        gene_sets: At most 30 gene sets that the question is about, as ``collection:name``.
        positive_means: What a positive value of the measured file means, where the file does not say.
        readout_gene: The gene whose expression is measured, by which the measured file's sign is checked.
        reader: Which reader takes the measured file; the one that recognises it where empty.
        columns: Field of hitscout → column of the measured file.
        controls: Names of negative-control rows in the measured file.

    Returns:
        The campaign and the size of what it chooses from.

    Raises:
        InvalidValueError: A value cannot be used, or `size` is above the number of candidates.
        NotFoundError: There is no such screen or file.
        ConflictError: A campaign of the name is there already.
        RefusedFileError: A file cannot be read; the store is unchanged.
    """
    options = StartOptions(
        name=name.strip(), phenotype=phenotype, text=text, organism=organism, cell_type=cell_type, readout=readout,
        direction=direction, modality=modality, hit_rule=hit_rule, study=study, measured=measured, library=library,
        size=size, mode=mode, exclude=exclude, expressed=expressed, min_tpm=min_tpm, flag_essential=flag_essential,
        guides_per_gene=guides_per_gene, coverage=coverage, price=price, positive_controls=tuple(positive_controls),
        positive_means=positive_means, readout_gene=readout_gene, reader=reader, columns=dict(columns or {}),
        controls=tuple(controls), screen_weights=dict(screen_weights or {}), gene_sets=tuple(gene_sets),
    )  # fmt: skip
    plan = plan_campaign(workspace, options)
    with workspace.store.write("campaign start") as connection:
        campaign = write_plan(workspace, connection, plan)
    state = load_state(workspace.store, campaign)
    return CampaignStart(
        campaign=campaign,
        library_size=len(state.library),
        measured=len(state.measured),
        candidates=len(state.candidates),
        ignored=campaign.settings.ignored,
        notes=plan.notes,
    )


def campaign_question(workspace: Workspace, name: str = "", changes: Mapping[str, Any] | None = None) -> Question:
    """Shows a campaign's question, and edits it until the first round is confirmed.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        changes: Field of `Question` → new value; nothing is changed where None.

    Returns:
        The question as it stands.

    Raises:
        ConflictError: A round was confirmed, so the question is frozen.
        InvalidValueError: There is no such field, or its value cannot be used.
    """
    campaign = pick_open(workspace.store, name) if changes else pick_campaign(workspace.store, name)
    if not changes:
        return campaign.question
    question = _edited(workspace, campaign, dict(changes))
    with workspace.store.write("question") as connection:
        confirmed = [r.number for r in rounds_of(workspace.store, campaign.id) if r.state != "open"]
        if confirmed:
            raise ConflictError(
                f"The question of {campaign.name} is frozen: round {confirmed[0]} was confirmed.",
                "Start another campaign for another question; it can go on from this one's --measured screen.",
            )
        update_question(connection, campaign.id, question)
    return question


def _edited(workspace: Workspace, campaign: Campaign, changes: dict[str, Any]) -> Question:
    known = [field.name for field in fields(Question) if field.name not in FROZEN_FIELDS]
    for key in changes:
        require(
            key in known, f"The question has no field {key!r} that could be edited.", f"Fields: {', '.join(known)}."
        )
    for key, choices in (("direction", get_args(Direction)), ("modality", get_args(Modality))):
        if key in changes:
            check_word(key, changes[key], choices)
    require(str(changes.get("phenotype", "-")).strip(), "A question needs a phenotype.", "Say what is looked for.")
    if "hit_rule" in changes:
        parse_rule(changes["hit_rule"])
    if "positive_controls" in changes:
        names = list(changes["positive_controls"])
        resolved = resolve_list(workspace.store, campaign.question.organism, names, "positive controls")
        for one in resolved.ignored:
            raise InvalidValueError(f"{one['name']!r} cannot be a positive control: {one['why']}")
        changes["positive_controls"] = tuple(resolved.perturbations["name"])
    if "gene_sets" in changes:
        changes["gene_sets"], unknown = known_gene_sets(workspace.store, list(changes["gene_sets"]))
        require_known(unknown)
    if "screen_weights" in changes:
        changes["screen_weights"], unknown = known_weights(workspace.store, changes["screen_weights"])
        require_known(unknown)
    return replace(campaign.question, **changes)


def campaign_exclude(workspace: Workspace, genes: Sequence[str], reason: str, name: str = "") -> Exclusion:
    """Takes genes out of a campaign's candidates for good.

    Args:
        workspace: Where the campaign is.
        genes: Genes of its library (``A``, or ``A+B`` for a pair).
        reason: Why, in words; it is kept.
        name: The campaign; the only open one where empty.

    Returns:
        What was excluded, and names that could not be used.

    Raises:
        InvalidValueError: No reason was given, or none of the names can be used.
    """
    require(reason.strip(), "An exclusion needs a reason.", 'Say why: --reason "…".')
    state = state_of(workspace.store, name, to_change=True)
    organism = state.campaign.question.organism
    resolved = resolve_list(workspace.store, organism, genes, "exclusions")
    frame = resolved.perturbations
    inside = frame["name"].isin(state.library)
    outside = [
        {"name": str(n), "why": "not in the campaign's library", "in": "exclusions"} for n in frame["name"][~inside]
    ]
    chosen = frame[inside.to_numpy(dtype=bool)]
    ignored = (*resolved.ignored, *outside)
    if chosen.empty:
        said = "; ".join(f"{one['name']}: {one['why']}" for one in ignored[:5])
        raise InvalidValueError(f"None of the genes can be excluded ({said}).", "Name genes of the campaign's library.")
    with workspace.store.write("exclude") as connection:
        ids = ensure_perturbations(connection, organism, chosen)
        add_exclusions(connection, state.campaign.id, {int(ids[n]): reason.strip() for n in chosen["name"]})
    return Exclusion(state.campaign.name, tuple(chosen["name"]), ignored, _exclusion_notes(state, set(chosen["name"])))


def _exclusion_notes(state: CampaignState, excluded: set[str]) -> tuple[str, ...]:
    newest = state.newest
    if newest is None or newest.state == "measured":
        return ()
    hit = sorted(excluded & {nomination.perturbation for nomination in newest.nominations})
    if not hit:
        return ()
    if newest.state == "open":
        return (f"{', '.join(hit)} stood in the open round {newest.number}: propose again before confirming.",)
    return (f"{', '.join(hit)} stay in round {newest.number}, which is confirmed; later rounds leave them out.",)


def campaign_show(workspace: Workspace, name: str = "") -> CampaignShow:
    """Shows a campaign, its rounds with their nominations, and the history of its results.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
    """
    return show_of(workspace, state_of(workspace.store, name))


def show_of(workspace: Workspace, state: CampaignState) -> CampaignShow:
    """What `campaign_show` gives, of a campaign that was read already.

    Args:
        workspace: Where the campaign is.
        state: The campaign.
    """
    return CampaignShow(
        campaign=state.campaign,
        library_size=len(state.library),
        measured=len(state.measured),
        excluded=len(state.exclusions),
        candidates=len(state.candidates),
        rounds=state.rounds,
        results=tuple(_result_line(revision) for revision in state.revisions),
        transcripts=tuple(
            f"round {number}: {transcript}"
            for number, transcript in transcripts_of_campaign(workspace.store, state.campaign.id)
        ),
    )


def _result_line(revision: Revision) -> str:
    when = revision.created_at.isoformat(sep=" ", timespec="minutes")
    return f"round {revision.number}, revision {revision.revision}, {when} UTC: {revision.placement['text']}"


def campaign_list(workspace: Workspace) -> tuple[CampaignLine, ...]:
    """Lists the campaigns of the store, by name.

    Args:
        workspace: The store.
    """
    lines = []
    for campaign in list_campaigns(workspace.store):
        rounds = rounds_of(workspace.store, campaign.id)
        lines.append(
            CampaignLine(
                name=campaign.name,
                phenotype=campaign.question.phenotype,
                rounds=len(rounds),
                state=rounds[-1].state if rounds else "",
                size=campaign.settings.size,
                closed=campaign.closed_at is not None,
            )
        )
    return tuple(lines)


def campaign_close(workspace: Workspace, name: str = "", *, reopen: bool = False) -> CampaignLine:
    """Closes a campaign, so that it is no longer the open one that verbs without a name mean; or opens it again.

    All of it stays in the store. A closed campaign can be shown, reviewed and exported by name, but takes no new
    round, exclusion or result.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        reopen: Whether to open a closed campaign again; then it must be named.

    Raises:
        ConflictError: It is closed already, or open already where it was to be opened again.
        InvalidValueError: A campaign is to be opened again and none was named.
    """
    require(name or not reopen, "No campaign was named to open again.", "`hitscout campaign close NAME --reopen`.")
    campaign = pick_campaign(workspace.store, name)
    if (campaign.closed_at is None) == reopen:
        raise ConflictError(
            f"Campaign {campaign.name} is {'open' if reopen else 'closed'} already.", "`hitscout campaign list` says."
        )
    with workspace.store.write("close") as connection:
        set_closed(connection, campaign.id, closed=not reopen)
    return next(line for line in campaign_list(workspace) if line.name == campaign.name)
