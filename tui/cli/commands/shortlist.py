"""``shortlist``: the main job in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, listed, pairs, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from db.campaigns.records import Control, IgnoredName
    from db.records import Nomination
    from tools.campaigns.rounds.shortlist import Shortlist

ORDER = "Best first: likely hits, and of genes about as likely those of which least is known."
"""Why probabilities do not simply fall from line to line."""


def shortlist(
    context: typer.Context,
    *,
    phenotype: options.Phenotype,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the campaign; else made from the phenotype.")] = "",
    question: options.QuestionText = "",
    measured: options.Measured = "",
    library: options.Library = "protein-coding",
    size: options.Size = 128,
    out: options.Out = None,
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
    seed: options.Seed = 0,
) -> None:
    """Says which genes to perturb next: starts a campaign and proposes its first round in one step.

    The round stays open; `hitscout campaign confirm` and `hitscout campaign record` go on with it.
    """
    from tools.campaigns.start.start_and_propose import shortlist as make_shortlist
    from tools.campaigns.start.start_options import StartOptions

    session = session_of(context)
    with session.workspace(seed) as workspace:
        start = StartOptions(
            phenotype, text=question, measured=measured, library=library, size=size, organism=organism,
            cell_type=cell_type, readout=readout, direction=direction, modality=modality or "", hit_rule=hit_rule,
            study=study, exclude=exclude, expressed=expressed, min_tpm=min_tpm,
            flag_essential=flag_essential, guides_per_gene=guides_per_gene, coverage=coverage, price=price,
            positive_controls=listed(positive_controls or ()), positive_means=positive_means or "",
            readout_gene=readout_gene, reader=reader, columns=pairs(columns or (), "--map"),
            controls=listed(controls or ()),
        )  # fmt: skip
        made = make_shortlist(workspace, start, name=name, seed=seed, out=out)
    session.give(made, render)
    if made.path:
        session.say(f"Written to {made.path}.")


def render(made: Shortlist) -> Sequence[RenderableType]:
    """A shortlist as a table, with what to put beside it.

    Args:
        made: The shortlist.
    """
    from tui.layouts.format import line
    from tui.layouts.slots import slots

    expected = made.expected_hits
    title = f"{made.campaign}, round {made.round} ({made.state}): {made.size:,} perturbations"
    promise = (
        f"Expected hits: {expected.mean:.1f} ({expected.level:.0%} interval {expected.low:g} to {expected.high:g});"
        f" seed {made.seed}, predictor {made.predictor}."
    )
    parts: list[RenderableType] = [
        line(title, "bold"), line(promise), line(ORDER, "dim"), nominations(made.nominations), line("")
    ]  # fmt: skip
    parts += [line(f"Control: {_control(one)}") for one in made.controls]
    parts += slots(made.slots)
    parts += [line(f"Not used as a prior: {one.screen} ({one.why})") for one in made.excluded_screens]
    parts += ignored(made.ignored)
    return parts + [line(f"Note: {note}") for note in made.notes]


def nominations(rows: Sequence[Nomination], *, cut: bool = True) -> RenderableType:
    """Nominations as a table.

    Args:
        rows: The nominations, best first.
        cut: Whether rows beyond the terminal's height are left out.
    """
    from tui.layouts.format import Column, share, table

    # Columns that would say the same in every row only take room.
    mixed = len({one.by for one in rows}) > 1
    flagged = any(one.flags for one in rows)
    graded = any(one.grade is not None for one in rows)
    measured = any(one.outcome != "waiting" for one in rows)
    columns = [
        Column("#", right=True), Column("perturbation"), Column("P(hit)", right=True),
        Column("80 % interval", keep=4), Column("support", right=True, keep=1),
        *([Column("by", keep=3)] if mixed else []), *([Column("grade", right=True, keep=5)] if graded else []),
        *([Column("result", keep=8)] if measured else []), *([Column("flags", keep=7)] if flagged else []),
        Column("reason", running=True, keep=6),
    ]  # fmt: skip
    texts = [
        (one.rank, one.perturbation, share(one.hit_probability), f"{one.low:.3f} – {one.high:.3f}", share(one.support),
         *([one.by] if mixed else []), *([one.grade] if graded else []), *([one.outcome] if measured else []),
         *([one.flags] if flagged else []), one.reason)
        for one in rows
    ]  # fmt: skip
    return table(columns, texts, all_with="--json, or a file: campaign export", cut=cut)


def ignored(names: Sequence[IgnoredName]) -> list[RenderableType]:
    """Names that were given but could not be used.

    Args:
        names: The names.
    """
    from tui.layouts.format import Column, heading, table

    if not names:
        return []
    rows = [(one.name, one.source, one.why) for one in names]
    columns = [Column("name"), Column("from", keep=3), Column("why", running=True)]
    return [heading(f"{len(names):,} names could not be used"), table(columns, rows)]


def _control(control: Control) -> str:
    """A control in words; one whose guides are among the nominations needs none of its own."""
    guides = f"{control.guides} guides" if control.guides else ""
    return f"{', '.join(filter(None, (control.perturbation, control.kind, guides)))}: {control.why}"


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        'hitscout shortlist --phenotype "IFN-gamma production" --cell-type "primary human T cells" --size 128',
        'hitscout shortlist --phenotype "tau protein level" --measured pilot.csv --out next.csv',
        "hitscout shortlist --phenotype survival --library library.txt --size 50 --json",
    ]
    command(app, "shortlist", shortlist, serves=["shortlist"], examples=examples)
