"""``campaign``: the loop of question, shortlist, order and results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tui.cli import options
from tui.cli.commands import campaign_answers as campaign_standing
from tui.cli.commands import shortlist
from tui.cli.frame import Session, command, listed, pairs, session_of

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
    from tui.layouts import campaign as pages

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
    session.give(replace(started, ignored=(*started.ignored, *ignored), notes=(*notes, *started.notes)), pages.started)


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
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_question(workspace, name, _typed(pairs(changes or (), "--set")))
    session.give(found, pages.question)


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


def propose(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    size: Annotated[int | None, typer.Option(min=1, help="Places of this round; else the campaign's own.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Breaks ties; the same seed gives the same list.")] = None,
    predictor: Annotated[
        str, typer.Option(metavar="NAME", help="Who ranks: blend (if not given), prior, kernel, mean_baseline.")
    ] = "",
) -> None:
    """Opens the next round with a computed shortlist, or computes the open one again."""
    from tools.campaigns.rounds.proposal import campaign_propose

    session = session_of(context)
    with session.workspace(seed or 0) as workspace:
        made = campaign_propose(workspace, name, size=size, seed=seed, predictor=predictor)
    session.give(made, shortlist.render)


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
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_exclude(workspace, listed(genes), reason, name)
    session.give(done, pages.excluded)


def grade(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    gene: Annotated[str, typer.Option(metavar="GENE", help="A gene of the campaign's library.")] = "",
    grade: Annotated[float | None, typer.Option(min=0, max=4, help="From 0 (no hit) to 4 (a hit, surely).")] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")] = "",
    language_model: options.LanguageModel = "",
    max_cost: options.MaxCost = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say what --model would take, and send nothing.")
    ] = False,
    share: options.Share = None,
    agree: options.Agree = False,
) -> None:
    """Writes your grade of a gene for the newest round, or has a language model grade the candidates (--model).

    Grades fill a bounded share of the open round when it is proposed again: 25 % of the first round, 15 % of the
    second, then by their record, never above 30 %. They change no probability. With --model the round is proposed
    again at once.
    """
    from tools.campaigns.rounds.grade import campaign_grade
    from tui.layouts import campaign as pages

    session = session_of(context)
    own = bool(gene or grade is not None or reason)
    if language_model or estimate or not own:
        if own:
            raise typer.BadParameter("Give --model, or a gene with your own grade.", param_hint="--model")
        return _judged(session, name, language_model, max_cost, share, estimate=estimate, agree=agree)
    if not gene or grade is None or not reason:
        raise typer.BadParameter(
            "Give --gene, --grade and --reason, or --model.", param_hint="--gene" if not gene else "--grade"
        )
    with session.workspace() as workspace:
        done = campaign_grade(workspace, gene, grade, reason, name)
    session.give(done, pages.graded)
    return None


def _judged(
    session: Session,
    name: str,
    language_model: str,
    max_cost: float | None,
    share: str | None,
    *,
    estimate: bool,
    agree: bool,
) -> None:
    from agent.judge.graded_round import grade_round
    from agent.judge.opening import open_judge
    from tui.layouts import grades as pages

    with (
        session.workspace() as workspace,
        open_judge(workspace, language_model, share=share, agree=agree, max_cost=max_cost) as judge,
    ):
        done = grade_round(workspace, judge, name, only_estimate=estimate)
    session.give(done, pages.judged)


def confirm(context: typer.Context, name: options.CampaignName = "") -> None:
    """Confirms the open round: from now on it is what is ordered, and it changes no more."""
    from tools.campaigns.rounds.proposal import campaign_confirm
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        made = campaign_confirm(workspace, name)
    session.give(made, pages.confirmed)


def record(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="[NAME] FILE", help="The campaign, if not the only open one; the results.")
    ],
    *,
    round_: Annotated[
        int | None,
        typer.Option("--round", min=1, help="Number of the round; else the newest that waits or is measured."),
    ] = None,
    dropped: Annotated[
        bool, typer.Option("--dropped", help="Nominations that the file lacks do not return to the candidates.")
    ] = False,
    allow_others: Annotated[
        bool, typer.Option("--allow-others", help="Take genes that were not nominated too.")
    ] = False,
    placement: Annotated[
        Literal["controls", "declared"],
        typer.Option(help="Scale by the negative controls, or declare the effects to be on the campaign's scale."),
    ] = "controls",
    positive_means: options.PositiveMeans = None,
    readout_gene: options.ReadoutGene = "",
    reader: options.Reader = "",
    columns: options.Map = None,
    controls: options.Controls = None,
    where: options.Where = None,
    suffix: options.Suffix = "",
    encoding: options.Encoding = "",
    strict: options.Strict = False,
) -> None:
    """Records the results of a confirmed round, or a corrected file of a measured one (the history is kept)."""
    from tools.campaigns.results.recording import campaign_record
    from tui.layouts import campaign as pages

    if len(words) > 2:
        raise typer.BadParameter(f"Give [NAME] FILE; {len(words)} words were given.", param_hint="[NAME] FILE")
    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_record(
            workspace, Path(words[-1]), words[0] if len(words) == 2 else "", round=round_, dropped=dropped,
            allow_others=allow_others, placement=placement, positive_means=positive_means or "",
            readout_gene=readout_gene, reader=reader, columns=pairs(columns or (), "--map"),
            controls=listed(controls or ()), where=pairs(where or (), "--where"), suffix=suffix, encoding=encoding,
            strict=strict,
        )  # fmt: skip
    session.give(done, pages.recorded)


def review(context: typer.Context, name: options.CampaignName = "") -> None:
    """Compares the hits so far with what was expected, and says what a next round would bring."""
    from tools.campaigns.results.review import campaign_review
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_review(workspace, name)
    session.give(done, pages.reviewed)


def export(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file; its ending names the format.")],
    round_: Annotated[int | None, typer.Option("--round", min=1, help="Number of the round; else the newest.")] = None,
    format_: Annotated[
        options.Format | None, typer.Option("--format", help="Format, whatever the file's ending.")
    ] = None,
) -> None:
    """Writes a round to a file that can be ordered from; cells are safe to open in a spreadsheet."""
    from tools.campaigns.rounds.order_file import campaign_export
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_export(workspace, out, name, round=round_, format=format_)
    session.give(done, pages.exported)


def show(context: typer.Context, name: options.CampaignName = "") -> None:
    """Shows a campaign: its question, its rounds with their nominations, and the history of its results."""
    from tools.campaigns.listing import campaign_show
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_show(workspace, name)
    session.give(found, pages.shown)


def list_(context: typer.Context) -> None:
    """Lists the campaigns of the store."""
    from tools.campaigns.listing import campaign_list
    from tui.layouts import campaign as pages

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_list(workspace)
    session.give(found, pages.listing)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    start_examples = [
        'hitscout campaign start tcell --phenotype "IL-2 production" --cell-type "primary human T cells"',
        'hitscout campaign start tau --question "Which genes lower tau in neurons when lost?" --model openai:gpt-5',
        "hitscout campaign start tau2 --phenotype tau --measured sanchez-tau --library library.txt --size 96",
    ]
    edit = ["hitscout campaign question", "hitscout campaign question tcell --set direction=lowers"]
    proposing = ["hitscout campaign propose", "hitscout campaign propose tcell --size 64 --seed 1 --json"]
    excluding = ['hitscout campaign exclude --genes CD3E,CD247 --reason "toxic in our cells"']
    grading = [
        'hitscout campaign grade --gene VAV1 --grade 4 --reason "proximal signalling"',
        "hitscout campaign grade tcell --model anthropic:claude-sonnet-5-5 --max-cost 1",
    ]
    recording = [
        "hitscout campaign record results.csv --positive-means raises",
        "hitscout campaign record tcell results.csv --map gene=Symbol --map estimate=log2FC --controls NTC",
    ]
    exporting = ["hitscout campaign export --out round1.xlsx", "hitscout campaign export tcell --round 1 --out r1.csv"]
    for name, function, tool, examples in (
        ("start", start, "campaign_start", start_examples),
        ("question", question, "campaign_question", edit),
        ("propose", propose, "campaign_propose", proposing),
        ("exclude", exclude, "campaign_exclude", excluding),
        ("grade", grade, "campaign_grade", grading),
        ("confirm", confirm, "campaign_confirm", ["hitscout campaign confirm tcell"]),
        ("record", record, "campaign_record", recording),
        ("review", review, "campaign_review", ["hitscout campaign review tcell"]),
        ("export", export, "campaign_export", exporting),
        ("show", show, "campaign_show", ["hitscout campaign show tcell", "hitscout campaign show --json"]),
        ("list", list_, "campaign_list", ["hitscout campaign list"]),
    ):
        command(group, name, function, serves=[tool], examples=examples)
    campaign_standing.add_to(group)
    app.add_typer(group, name="campaign", help="Runs campaigns: question, propose, confirm, record, review, export.")
