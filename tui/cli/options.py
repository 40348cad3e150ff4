"""Options that several commands share and that are no field of a parameter object: one wording each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Organism = Literal["human", "mouse"]
Side = Literal["low", "high", "both"]
Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]

LanguageModel = Annotated[
    str,
    typer.Option(
        "--model", metavar="NAME", help="A language model, PROVIDER:NAME; else $HITSCOUT_MODEL, else offline."
    ),
]
Estimate = Annotated[bool, typer.Option("--estimate", help="With --model: says what it would take, and sends nothing.")]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Dollars at most, where the price is known.")]
Share = Annotated[
    Literal["nothing", "names", "summaries", "rows"] | None,
    typer.Option(help="What of the store may leave this machine; summaries if not given."),
]
Agree = Annotated[bool, typer.Option("--yes", help="Agree to what leaves this machine, now and later.")]
Seed = Annotated[int, typer.Option(min=0, help="Breaks ties; the same seed gives the same list.")]
CampaignName = Annotated[str, typer.Argument(metavar="[NAME]", help="The campaign; without it, the only open one.")]
CampaignGene = Annotated[
    list[str], typer.Argument(metavar="[NAME] GENE", help="The campaign, if not the only open one; the gene.")
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the list to a file: .csv, .tsv, .parquet, .xlsx or .md.")
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace a file that is there already; never one whose rows are in the store."),
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; one for each processor if not given.")]
