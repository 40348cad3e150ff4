"""``campaign start|question|exclude``: what is looked for, and among which genes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tui.cli import options
from tui.cli.frame import listed, pairs, session_of

if TYPE_CHECKING:
    from db.campaigns.records import IgnoredName
    from tools.workspace import Workspace

LISTS = ("gene_sets", "positive_controls")


def start(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name that no other campaign of the store has.")],
    *,
    phenotype: options.Phenotype = "",
    question: options.QuestionText = "",
    measured: options.Measured = "",
    library: options.Library = "protein-coding",
    size: options.Size = 128,
    mode: Annotated[
        Literal["discover", "validate"], typer.Option(help="New genes, or measured ones again (not yet).")
    ] = "discover",
    organism: options.CampaignOrganism = "human",
    cell_type: options.CellType = "",
    readout: options.Readout = "",
    direction: options.HitDirection = "both",
    modality: options.HowPerturbed = None,
    hit_rule: options.HitRule = "",
    study: options.Study = "",
    exclude: options.Exclude = None,
    expressed: options.Expressed = None,
    min_tpm: options.MinTpm = 1.0,
    flag_essential: options.FlagEssential = False,
    guides_per_gene: options.GuidesPerGene = 4,
    coverage: options.Coverage = 500,
    price: options.Price = None,
    positive_controls: options.PositiveControls = None,
    positive_means: options.PositiveMeans = None,
    readout_gene: options.ReadoutGene = "",
    reader: options.Reader = "",
    columns: options.Map = None,
    controls: options.Controls = None,
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

    if not (phenotype.strip() or question.strip()):
        raise typer.BadParameter("Say what is looked for.", param_hint="--phenotype")
    session = session_of(context)
    with session.workspace() as workspace:
        given: dict[str, Any] = dict(  # noqa: C408 – options by their names, as the tool has them
            phenotype=phenotype, text=question, organism=organism, cell_type=cell_type, readout=readout,
            direction=direction, modality=modality or "", hit_rule=hit_rule, study=study, measured=measured,
            library=library, size=size, mode=mode, exclude=exclude, expressed=expressed, min_tpm=min_tpm,
            flag_essential=flag_essential, guides_per_gene=guides_per_gene, coverage=coverage, price=price,
            positive_controls=listed(positive_controls or ()), positive_means=positive_means or "",
            readout_gene=readout_gene, reader=reader, columns=pairs(columns or (), "--map"),
            controls=listed(controls or ()),
        )  # fmt: skip
        chosen, ignored, notes = _compiled(workspace, given, language_model, share, agree=agree)
        started = campaign_start(workspace, name, **chosen)
    session.give(replace(started, ignored=(*started.ignored, *ignored), notes=(*notes, *started.notes)), layout.started)


def _compiled(
    workspace: Workspace, given: dict[str, Any], language_model: str, share: str | None, *, agree: bool
) -> tuple[dict[str, Any], Sequence[IgnoredName], Sequence[str]]:
    """The options with the question's words compiled, names that could not be used, and notes."""
    if not given["text"].strip():
        return given, (), ()
    from agent.judge.question_compiler import compiled_options

    chosen, compiled = compiled_options(workspace, given, name=language_model, share=share, agree=agree)
    return chosen, compiled.ignored, compiled.notes


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
    name: options.CampaignName = "",
    *,
    genes: Annotated[
        list[str], typer.Option(metavar="GENE,GENE", help="Genes to leave out; repeat it, or use commas.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")],
) -> None:
    """Takes genes out of a campaign's candidates for good."""
    from tools.campaigns.start.exclusions import campaign_exclude
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_exclude(workspace, listed(genes), reason, name)
    session.give(done, layout.excluded)
