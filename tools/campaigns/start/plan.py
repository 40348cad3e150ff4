"""The plan of a campaign: everything is read and checked before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pandas as pd

from db.campaigns.campaigns import insert_campaign, list_campaigns
from db.errors import require
from db.provenance import utc_now
from db.records import Campaign, CampaignSettings, Direction, Modality, Organism, Question, Screen
from db.screens.reading import ensure_perturbations
from db.store import Connection, Store
from tools.campaigns.results.measured_files import MeasuredFile, measured_file
from tools.campaigns.rounds.chosen_round import refuse_size
from tools.campaigns.scale import Scale, reference_scale
from tools.campaigns.start.question import known_gene_sets, known_weights
from tools.campaigns.start.start_options import (
    StartOptions,
    essentials_of_options,
    exclusions_of_options,
    expression_of_options,
    library_of_options,
)
from tools.campaigns.state import CampaignState, empty_effects, newest_effects
from tools.genes.name_lists import Resolved, resolve_list
from tools.screens.chosen_screen import hidden_with, only_contrast, screen_or_file
from tools.screens.hit_rules import parse_rule
from tools.workspace import Workspace

DEFAULT_RULE = "top 5%"


@dataclass(frozen=True)
class Measured:
    """What is measured before the first round: a screen of the store, a file that is about to be one, or nothing."""

    effects: pd.DataFrame
    scale: Scale
    hidden: frozenset[int] = frozenset()
    screen: Screen | None = None
    file: MeasuredFile | None = None
    rule: str = ""


@dataclass(frozen=True)
class CampaignPlan:
    """A campaign that is checked but not written.

    Attributes:
        options: What was asked for.
        question: What it looks for.
        settings: How its rounds are made up.
        library: Columns name, gene_id, second_gene_id.
        excluded: The same columns and reason.
        measured: What is measured before the first round.
        notes: What a person should know, in sentences.
    """

    options: StartOptions
    question: Question
    settings: CampaignSettings
    library: pd.DataFrame
    excluded: pd.DataFrame
    measured: Measured
    notes: tuple[str, ...] = ()

    def state(self) -> CampaignState:
        """The state that the campaign will have, so that a first round can be computed before anything is written."""
        screen = self.measured.screen
        campaign = Campaign(
            0, self.options.name, self.question, self.settings, screen.id if screen else None, utc_now()
        )
        return CampaignState(
            campaign=campaign,
            library=tuple(sorted(self.library["name"])),
            effects=self.measured.effects,
            scale=self.measured.scale,
            exclusions=dict(zip(self.excluded["name"], self.excluded["reason"], strict=True)),
            hidden=self.measured.hidden,
        )


def free_name(store: Store, phenotype: str) -> str:
    """A campaign name made from the phenotype, with a number where it is taken.

    Args:
        store: The store; it need not hold any campaign.
        phenotype: The phenotype in words.
    """
    words = re.findall(r"[a-z0-9]+", phenotype.casefold())
    base = "-".join(words)[:40].strip("-") or "campaign"
    taken = {campaign.name.casefold() for campaign in list_campaigns(store)}
    number = 1
    while (name := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return name


def plan_campaign(workspace: Workspace, options: StartOptions) -> CampaignPlan:
    """Reads and checks all that a campaign starts from; writes nothing.

    Args:
        workspace: The store and folders.
        options: What was asked for.

    Raises:
        InvalidValueError: A value cannot be used.
        NotFoundError: There is no such screen or file.
        RefusedFileError: A file cannot be read.
    """
    _check_values(options)
    store = workspace.store
    measured = _measured(workspace, options)
    with store.read():
        library = library_of_options(store, options)
        exclusions = exclusions_of_options(store, options)
        essentials = essentials_of_options(workspace, options, list(library.perturbations["name"]))
        tpm, unread = expression_of_options(store, options)
        positive = resolve_list(store, options.organism, options.positive_controls, "positive controls")
        weights, unknown_screens = known_weights(store, options.screen_weights)
        sets, unknown_sets = known_gene_sets(store, options.gene_sets)
    settings = CampaignSettings(
        size=options.size, mode=options.mode, guides_per_gene=options.guides_per_gene, coverage=options.coverage,
        price=options.price, flag_essential=options.flag_essential, min_tpm=options.min_tpm, expressed=tpm,
        ignored=(
            *library.ignored, *exclusions.ignored, *unread, *positive.ignored, *unknown_screens, *unknown_sets,
        ),
    )  # fmt: skip
    plan = CampaignPlan(
        options=options,
        question=replace(
            _question(options, measured, tuple(positive.perturbations["name"])),
            screen_weights=weights,
            gene_sets=sets,
        ),
        settings=settings,
        library=library.perturbations,
        excluded=_joined(exclusions.perturbations, essentials, library.perturbations),
        measured=measured,
        notes=_notes(library, measured, options, len(essentials)),
    )
    _refuse_small(plan)
    return plan


def _check_values(options: StartOptions) -> None:
    require(options.name.strip(), "A campaign needs a name.", "`hitscout campaign start NAME --phenotype …`.")
    require(options.phenotype.strip(), "A campaign needs a phenotype.", 'Say what is looked for: --phenotype "…".')
    for what, value, choices in (
        ("organism", options.organism, get_args(Organism)),
        ("direction", options.direction, get_args(Direction)),
        ("modality", options.modality, get_args(Modality)),
        ("mode", options.mode, ("discover", "validate")),
    ):
        listed = ", ".join(choice for choice in choices if choice)
        require(value in choices, f"{value!r} is no {what}.", f"There are: {listed}.")
    require(
        options.mode == "discover",
        "The mode validate is not there yet: how likely a hit is to hit again must be learnt from repeated screens,"
        " and no predictor here does that.",
        "Start with --mode discover; `hitscout campaign export` lists the hits so far for a re-test.",
    )
    for what, number in (
        ("size", options.size), ("guides-per-gene", options.guides_per_gene), ("coverage", options.coverage)
    ):  # fmt: skip
        require(number >= 1, f"--{what} {number} was given.", f"Give --{what} 1 or more.")
    require(options.price is None or options.price >= 0, f"A price of {options.price} was given.", "Give 0 or more.")
    if options.hit_rule:
        parse_rule(options.hit_rule)


def _question(options: StartOptions, measured: Measured, positive_controls: tuple[str, ...]) -> Question:
    screen = measured.screen
    # A published list says nothing of genes that were not measured yet, so it is no rule to go on with.
    own = "" if measured.rule.startswith("list:") else measured.rule
    rule = options.hit_rule or own or DEFAULT_RULE
    return Question(
        phenotype=options.phenotype.strip(),
        organism=options.organism,
        cell_type=options.cell_type or (screen.cell_type if screen else ""),
        readout=options.readout or (screen.readout if screen else ""),
        direction=options.direction,
        modality=options.modality or (screen.modality if screen else ""),
        hit_rule=rule,
        text=options.text,
        study=options.study or (screen.study if screen else ""),
        positive_controls=positive_controls,
    )


def _measured(workspace: Workspace, options: StartOptions) -> Measured:
    if not options.measured:
        return Measured(empty_effects(), Scale(0.0, 0.0, 0))
    found = screen_or_file(workspace.store, options.measured, "measured genes")
    if isinstance(found, Path):
        file = measured_file(
            workspace, found, organism=options.organism, reader=options.reader, columns=options.columns,
            controls=options.controls, positive_means=options.positive_means, readout_gene=options.readout_gene,
            described={
                "phenotype": options.phenotype.strip(), "cell_type": options.cell_type, "readout": options.readout,
                "modality": options.modality, "study": options.study, "hit_rule": options.hit_rule,
                "direction": options.direction,
            },
        )  # fmt: skip
        if file.known is None:
            return Measured(file.effects, file.scale, file.hidden, None, file, file.rule)
        found = file.known
    require(
        found.organism == options.organism,
        f"The screen {found.name!r} is of {found.organism} cells, the campaign of {options.organism} cells.",
        f"Give --organism {found.organism}, or another screen.",
    )
    contrasts = {0: only_contrast(workspace.store, found)}
    return Measured(
        effects=newest_effects(workspace.store, contrasts),
        scale=reference_scale(workspace.store, contrasts),
        hidden=hidden_with(workspace.store, found.id),
        screen=found,
        rule=found.hit_rule,
    )


def _joined(excluded: pd.DataFrame, essentials: pd.DataFrame, library: pd.DataFrame) -> pd.DataFrame:
    """The listed exclusions, and the essential genes that are not among them."""
    more = essentials[~essentials["name"].isin(excluded["name"])].merge(library, on="name")
    return pd.concat([excluded, more], ignore_index=True) if len(more) else excluded


def _notes(library: Resolved, measured: Measured, options: StartOptions, essentials: int) -> tuple[str, ...]:
    notes = []
    if essentials:
        notes.append(
            f"{essentials:,} common essential genes are left out, because what kills a cell changes nearly every"
            " readout; --flag-essential keeps them as candidates, with a flag."
        )
    if library.ignored:
        notes.append(f"{len(library.ignored)} names of the library could not be used; they are listed as ignored.")
    if measured.file is not None:
        notes += measured.file.remarks
    if measured.effects.empty and options.measured:
        notes.append("The measured screen holds no effects.")
    return tuple(notes)


def _refuse_small(plan: CampaignPlan) -> None:
    refuse_size(plan.settings.size, plan.state())


def write_plan(workspace: Workspace, connection: Connection, plan: CampaignPlan) -> Campaign:
    """Writes a planned campaign, and its measured file as a screen, in the transaction that is open.

    Args:
        workspace: The store.
        connection: The writing connection.
        plan: What `plan_campaign` gave.

    Raises:
        ConflictError: A campaign of the name is there already.
    """
    screen = plan.measured.screen
    screen_id = screen.id if screen else None
    if plan.measured.file is not None:
        screen_id = plan.measured.file.write(connection, plan.question, plan.options.name)
    columns = ["name", "gene_id", "second_gene_id"]
    everything = pd.concat([plan.library[columns], plan.excluded[columns]]).drop_duplicates("name")
    ids = ensure_perturbations(connection, plan.options.organism, everything)
    excluded = {
        int(ids[name]): str(reason) for name, reason in zip(plan.excluded["name"], plan.excluded["reason"], strict=True)
    }
    insert_campaign(
        connection,
        name=plan.options.name.strip(),
        question=plan.question,
        settings=plan.settings,
        measured_screen_id=screen_id,
        library=ids.loc[list(plan.library["name"])],
        exclusions=excluded,
    )
    return next(one for one in list_campaigns(workspace.store) if one.name == plan.options.name.strip())
