"""Round 0 of a campaign: what a screen of the store, or a file that is about to be one, has measured already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.acts import option
from db.errors import require
from db.records import Question, Screen
from db.store import Store
from tools.campaigns.results.measured_files import MeasuredFile, measured_file
from tools.campaigns.scale import Scale, reference_scale
from tools.campaigns.start.start_options import StartOptions, check_options
from tools.campaigns.state import empty_effects, newest_effects
from tools.screens.chosen_screen import hidden_with, only_contrast, screen_or_file
from tools.workspace import Workspace


@dataclass(frozen=True)
class Measured:
    """Round 0 of a campaign.

    Attributes:
        effects: Its effects, with the columns of `tools.campaigns.state.CampaignState.effects`.
        scale: Where its negative controls lie.
        hidden: Ids of screens that predictions must not see: the measured screen and others of the same bytes.
        screen: The screen of the store that holds it; None where it is a file, or nothing.
        file: The file that is written with the campaign; None where it is no new file.
        rule: The hit rule that goes with it.
    """

    effects: pd.DataFrame
    scale: Scale
    hidden: frozenset[int] = frozenset()
    screen: Screen | None = None
    file: MeasuredFile | None = None
    rule: str = ""


def measured_before(workspace: Workspace, options: StartOptions) -> Measured:
    """Reads what is measured already, for options that can be used; nothing is written.

    Args:
        workspace: Its store has screens and gene names.
        options: What is measured, and how its file is read.

    Raises:
        InvalidValueError: A value of the options cannot be used, or the screen is of another organism.
        NotFoundError: There is no such screen or file.
        RefusedFileError: The file cannot be read.
    """
    check_options(options)
    if not options.measured:
        return Measured(empty_effects(), Scale(0.0, 0.0, 0))
    store, question = workspace.store, options.question
    found = screen_or_file(workspace, options.measured, "measured genes")
    if not isinstance(found, Path):
        return _of_screen(store, found, question)
    file = measured_file(
        workspace, found, organism=question.organism, readout_gene=options.readout_gene,
        reading=options.reading,
        described={
            "phenotype": question.phenotype, "cell_type": question.cell_type, "readout": question.readout,
            "modality": question.modality, "study": question.study, "hit_rule": question.hit_rule,
            "direction": question.direction,
        },
    )  # fmt: skip
    if file.known is not None:
        return _of_screen(store, file.known, question)
    return Measured(file.effects, file.scale, file.hidden, None, file, file.rule)


def _of_screen(store: Store, screen: Screen, question: Question) -> Measured:
    require(
        screen.organism == question.organism,
        f"The screen {screen.name!r} is of {screen.organism} cells, the campaign of {question.organism} cells.",
        f"Give {option(organism=screen.organism)}, or another screen.",
    )
    contrasts = {0: only_contrast(store, screen)}
    return Measured(
        effects=newest_effects(store, contrasts),
        scale=reference_scale(store, contrasts),
        hidden=hidden_with(store, screen.id),
        screen=screen,
        rule=screen.hit_rule,
    )
