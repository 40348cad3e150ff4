"""``campaign start|question|exclude``: what is looked for, and among which genes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tools.campaigns.start.start_options import StartOptions
from tui.cli import options
from tui.cli.frame import listed, pairs, session_of
from tui.cli.parameter_objects import takes_options

if TYPE_CHECKING:
    from db.campaigns.records import IgnoredName
    from tools.workspace import Workspace

LISTS = ("gene_sets", "positive_controls")


@takes_options(behind={"text": ("measured", "library", "size", "mode")}, defaults={"phenotype": ""})
def start(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name that no other campaign of the store has.")],
    *,
    given: StartOptions,
    language_model: options.LanguageModel = "",
    share: options.Share = None,
    agree: options.Agree = False,
) -> None:
    """Starts a campaign: what is looked for, among which genes, and what is measured already.

    Where a language model is configured, it compiles --question to the fields that no option gives; the result is
    shown, and `hitscout campaign question` changes it until the first round is confirmed.
    """
    from tools.campaigns.start.start import campaign_start
    from tui.layouts import campaign as layout

    if not (given.phenotype.strip() or given.text.strip()):
        raise typer.BadParameter("Say what is looked for.", param_hint="--phenotype")
    session = session_of(context)
    with session.workspace() as workspace:
        chosen, ignored, notes = _compiled(workspace, given, language_model, share, agree=agree)
        started = campaign_start(workspace, name, chosen)
    session.give(replace(started, ignored=(*started.ignored, *ignored), notes=(*notes, *started.notes)), layout.started)


def _compiled(
    workspace: Workspace, given: StartOptions, language_model: str, share: str | None, *, agree: bool
) -> tuple[StartOptions, Sequence[IgnoredName], Sequence[str]]:
    """The options with the question's words compiled, names that could not be used, and notes."""
    if not given.text.strip():
        return given, (), ()
    from agent.judge.question_compiler import compiled_options

    chosen, compiled = compiled_options(workspace, vars(given), name=language_model, share=share, agree=agree)
    return StartOptions(**chosen), compiled.ignored, compiled.notes


def question(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Change a field: phenotype, text, cell_type, readout, direction, modality, hit_rule, study,"
            " screen_weights (JSON), gene_sets or positive_controls (commas). Repeat it.",
        ),
    ] = None,
) -> None:
    """Shows a campaign's question, and edits it until the first round is confirmed."""
    from tools.campaigns.start.question import campaign_question
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_question(workspace, name, _typed(pairs(changes or (), "--set")))
    session.give(found, layout.question)


def _typed(changes: dict[str, str]) -> dict[str, Any]:
    typed: dict[str, Any] = dict(changes)
    for field in LISTS:
        if field in changes:
            typed[field] = tuple(listed([changes[field]]))
    if "screen_weights" in changes:
        try:
            typed["screen_weights"] = {str(k): float(v) for k, v in json.loads(changes["screen_weights"]).items()}
        except (ValueError, AttributeError, TypeError) as error:
            message = f'{changes["screen_weights"]!r} is not JSON such as {{"schmidt-il2": 0.5}}.'
            raise typer.BadParameter(message, param_hint="--set") from error
    return typed


def exclude(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] [GENE]...", help="The campaign, if not the only open one; the genes, with spaces or commas."
        ),
    ] = None,
    *,
    genes: Annotated[
        list[str] | None, typer.Option(metavar="GENE,GENE", help="Genes to leave out; repeat it, or use commas.")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")],
) -> None:
    """Takes genes out of a campaign's candidates for good."""
    from tools.campaigns.leading_campaign import campaign_and_genes
    from tools.campaigns.start.exclusions import campaign_exclude
    from tui.layouts import campaign as layout

    session = session_of(context)
    optional = listed(genes or ())
    with session.workspace() as workspace:
        name, found = campaign_and_genes(workspace.store, words or (), more=bool(optional))
        chosen = [*listed(found), *optional]
        if not chosen:
            raise typer.BadParameter("Name the genes.", param_hint="[NAME] GENE...")
        done = campaign_exclude(workspace, chosen, reason, name)
    session.give(done, layout.excluded)
