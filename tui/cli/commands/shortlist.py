"""``shortlist``: the main job in one line."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, listed, pairs, session_of


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
    from tui.layouts import shortlist as layout

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
    session.give(made, layout.proposed)
    if made.path:
        session.say(f"Written to {made.path}.")


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
