"""``campaign propose|grade|confirm|export``: a round until it is ordered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import Session, name_and_last, session_of


def propose(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    size: Annotated[
        int | None,
        typer.Option(min=1, help="Places of this round; else those of the open round, or the campaign's own."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Breaks ties; the same seed gives the same list.")] = None,
    predictor: Annotated[
        str, typer.Option(metavar="NAME", help="Who ranks: blend (if not given), prior, kernel, mean_baseline.")
    ] = "",
) -> None:
    """Opens the next round with a computed shortlist, or computes the open one again."""
    from tools.campaigns.rounds.proposal import campaign_propose
    from tui.layouts import shortlist as layout

    session = session_of(context)
    with session.workspace(seed or 0) as workspace:
        made = campaign_propose(workspace, name, size=size, seed=seed, predictor=predictor)
    session.give(made, layout.proposed)


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
    from tui.layouts import campaign as layout

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
    session.give(done, layout.graded)
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
    from tui.layouts import grades as layout

    with (
        session.workspace() as workspace,
        open_judge(workspace, language_model, share=share, agree=agree, max_cost=max_cost) as judge,
    ):
        done = grade_round(workspace, judge, name, only_estimate=estimate)
    session.give(done, layout.judged)


def preregister(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="[NAME] FILE", help="The campaign, if not the only open one; a .json file.")
    ],
    *,
    round_: Annotated[int | None, typer.Option("--round", min=1, help="Number of the round; else the newest.")] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Writes down what a confirmed round promises, before it is measured: list, hit rule, expected hits, versions.

    `campaign review --preregistration FILE` holds the measured round against it, and notices a changed file.
    """
    from tools.campaigns.preregistration.writing import campaign_preregister
    from tui.layouts import campaign as layout

    session = session_of(context)
    name, file = name_and_last(session, words, "FILE", lambda _, word: word.endswith(".json"))
    with session.workspace() as workspace:
        done = campaign_preregister(workspace, Path(file), name, round=round_, overwrite=overwrite)
    session.give(done, layout.preregistered)


def confirm(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    preregister: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write down in a .json file what the round promises.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Confirms the open round: from now on it is what is ordered, and it changes no more."""
    from tools.campaigns.rounds.proposal import campaign_confirm
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        made = campaign_confirm(workspace, name, preregister=preregister, overwrite=overwrite)
    session.give(made, layout.confirmed)


def export(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] FILE",
            help="The campaign, if not the only open one; the file, whose ending names the format.",
        ),
    ] = None,
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The file, where it is not given as a word.")] = None,
    round_: Annotated[int | None, typer.Option("--round", min=1, help="Number of the round; else the newest.")] = None,
    format_: Annotated[
        options.Format | None, typer.Option("--format", help="Format, whatever the file's ending.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Writes a round to a file that can be ordered from; cells are safe to open in a spreadsheet."""
    from tools.campaigns.rounds.order_file import campaign_export
    from tui.layouts import campaign as layout

    session = session_of(context)
    name, file = _name_and_file(session, words or [], out)
    with session.workspace() as workspace:
        done = campaign_export(workspace, file, name, round=round_, format=format_, overwrite=overwrite)
    session.give(done, layout.exported)


def _name_and_file(session: Session, words: Sequence[str], out: Path | None) -> tuple[str, Path]:
    """The campaign, if it was named, and the file: the last word, or the option's value."""
    from tools.output_files import FORMAT_OF_SUFFIX

    if out is not None:
        if len(words) > 1:
            raise typer.BadParameter("The file is given twice.", param_hint="--out")
        return (words[0] if words else ""), out
    if not words:
        raise typer.BadParameter("Name the file, such as round1.xlsx.", param_hint="[NAME] FILE")
    name, file = name_and_last(session, words, "FILE", lambda _, word: Path(word).suffix.lower() in FORMAT_OF_SUFFIX)
    return name, Path(file)
