"""The plan of a campaign: everything is read and checked before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from db.acts import ANY, NAME, act, option
from db.campaigns.campaigns import insert_campaign, list_campaigns
from db.errors import require
from db.provenance import utc_now
from db.records import PROTEIN_CODING, Campaign, CampaignSettings, Question
from db.screens.writing import ensure_perturbations
from db.store import Connection, Store
from db.undo import remember, rows_of_campaign, rows_of_screen
from tools.campaigns.rounds.chosen_round import refuse_size
from tools.campaigns.start.earlier_screens import EarlierScreen, earlier_screens
from tools.campaigns.start.exclusions import left_out
from tools.campaigns.start.library import expression, library_genes
from tools.campaigns.start.measured import Measured
from tools.campaigns.start.modes import left_out_by, mode_notes
from tools.campaigns.start.question import completed
from tools.campaigns.start.signature import signature_notes, signature_of_campaign
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import CampaignState
from tools.screens.chosen_screen import screen_by_id
from tools.workspace import Workspace


@dataclass(frozen=True)
class CampaignPlan:
    """A campaign that is checked but not written.

    Attributes:
        name: Its name.
        question: What it looks for.
        settings: How its rounds are made up.
        library: Columns name, gene_id, second_gene_id.
        excluded: The same columns and reason.
        measured: What is measured before the first round.
        notes: What a person should know, in sentences.
        earlier: The screens of the store that measured its phenotype.
    """

    name: str
    question: Question
    settings: CampaignSettings
    library: pd.DataFrame
    excluded: pd.DataFrame
    measured: Measured
    notes: tuple[str, ...] = ()
    earlier: tuple[EarlierScreen, ...] = ()

    def state(self) -> CampaignState:
        """The state that the campaign will have, so that a first round can be computed before anything is written."""
        screen = self.measured.screen
        campaign = Campaign(0, self.name, self.question, self.settings, screen.id if screen else None, utc_now())
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


def plan_campaign(workspace: Workspace, name: str, options: StartOptions, measured: Measured) -> CampaignPlan:
    """Reads and checks what a campaign chooses from, and puts its question together; writes nothing.

    Args:
        workspace: The store and folders.
        name: Name of the campaign.
        options: What was asked for.
        measured: What `measured_before` gave for them.

    Raises:
        InvalidValueError: A value cannot be used.
        NotFoundError: There is no such screen or file.
        RefusedFileError: A file cannot be read.
    """
    require(name.strip(), "A campaign needs a name.", f"{act('campaign_start', NAME, phenotype=ANY)}.")
    store, asked = workspace.store, options.question
    no_fitness = options.library == PROTEIN_CODING and not options.flag_essential
    with store.read():
        library = library_genes(workspace, asked.organism, options.library)
        question, unknown = completed(store, asked, measured.screen, measured.rule)
        earlier = earlier_screens(store, question, measured)
        by_mode = left_out_by(options.mode, set(library.perturbations["name"]), earlier)
        excluded = left_out(
            workspace, asked, library.perturbations, options.exclude, fitness=no_fitness, by_mode=by_mode
        )
        tpm, unread = expression(store, asked.organism, options.expressed)
    signature = signature_of_campaign(workspace, options, library.perturbations["name"])
    settings = CampaignSettings(
        size=options.size, mode=options.mode, guides_per_gene=options.guides_per_gene, coverage=options.coverage,
        price=options.price, flag_essential=options.flag_essential, min_tpm=options.min_tpm, expressed=tpm,
        ignored=(*library.ignored, *excluded.ignored, *unread, *unknown),
        mode_reasons=tuple(sorted(set(by_mode.values()))), signature=signature,
    )  # fmt: skip
    plan = CampaignPlan(
        name=name.strip(),
        question=question,
        settings=settings,
        library=library.perturbations,
        excluded=excluded.perturbations,
        measured=measured,
        notes=(
            *mode_notes(options.mode, earlier, excluded.by_mode),
            *_notes(excluded.fitness, len(library.ignored), measured),
            *signature_notes(signature),
        ),
        earlier=earlier.screens,
    )
    refuse_size(settings.size, plan.state())
    return plan


def _notes(fitness: int, unusable: int, measured: Measured) -> tuple[str, ...]:
    notes = []
    if fitness:
        notes.append(
            f"{fitness:,} fitness genes (common essential ones, and those whose loss slows most cell lines) are left"
            " out, because what slows or kills a cell changes nearly every readout;"
            f" {option(flag_essential=True)} keeps them as candidates, with a flag."
        )
    if unusable:
        notes.append(f"{unusable} names of the library could not be used; they are listed as ignored.")
    if measured.file is not None:
        notes += measured.file.remarks
    if measured.effects.empty and (measured.file or measured.screen):
        notes.append("The measured screen holds no effects.")
    return tuple(notes)


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
        screen_id = plan.measured.file.write(connection, plan.question, plan.name)
    columns = ["name", "gene_id", "second_gene_id"]
    everything = pd.concat([plan.library[columns], plan.excluded[columns]]).drop_duplicates("name")
    ids = ensure_perturbations(connection, plan.question.organism, everything)
    excluded = {
        int(ids[name]): str(reason) for name, reason in zip(plan.excluded["name"], plan.excluded["reason"], strict=True)
    }
    insert_campaign(
        connection,
        name=plan.name,
        question=plan.question,
        settings=plan.settings,
        measured_screen_id=screen_id,
        library=ids.loc[list(plan.library["name"])],
        exclusions=excluded,
    )
    made = next(one for one in list_campaigns(workspace.store) if one.name == plan.name)
    added = rows_of_campaign(made.id, library=True)
    if plan.measured.file is not None and screen_id is not None:
        ingest_id = screen_by_id(workspace.store, screen_id).ingest_id
        added += rows_of_screen(connection, screen_id, [ingest_id])
    remember(connection, f"campaign {made.name} was started", added=added)
    return made
