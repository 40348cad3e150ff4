"""Options that several commands share: one wording each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Organism = Literal["human", "mouse"]
Modality = Literal["knockout", "interference", "activation"]
Direction = Literal["raises", "lowers", "both"]
Meaning = Literal["raises", "lowers"]
Side = Literal["low", "high", "both"]
Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]

Phenotype = Annotated[str, typer.Option(help='The biology asked about, such as "IFN-gamma production".')]
LanguageModel = Annotated[
    str,
    typer.Option(
        "--model", metavar="NAME", help="A language model, PROVIDER:NAME; else $HITSCOUT_MODEL, else offline."
    ),
]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Dollars at most, where the price is known.")]
Share = Annotated[
    Literal["nothing", "names", "summaries", "rows"] | None,
    typer.Option(help="What of the store may leave this machine; summaries if not given."),
]
Agree = Annotated[bool, typer.Option("--yes", help="Agree to what leaves this machine, now and later.")]
QuestionText = Annotated[str, typer.Option("--question", metavar="TEXT", help="The question in plain words.")]
CampaignOrganism = Annotated[Organism, typer.Option(help="Whose genes.")]
CellType = Annotated[str, typer.Option(metavar="TEXT", help="Cell type or line.")]
Readout = Annotated[str, typer.Option(metavar="TEXT", help="How the phenotype is measured.")]
HitDirection = Annotated[
    Direction, typer.Option(help="Which hits are looked for: the phenotype raised, lowered, or both.")
]
HowPerturbed = Annotated[Modality | None, typer.Option(help="How genes are perturbed.")]
HitRule = Annotated[str, typer.Option(metavar="RULE", help="What a hit is: 'fdr<0.05', 'top 5%', 'lfc<-1 & fdr<0.1'.")]
Study = Annotated[
    str, typer.Option(metavar="TEXT", help="Publication or project; copies of a screen are recognised by it.")
]
Measured = Annotated[
    str, typer.Option(metavar="FILE|SCREEN", help="What is measured already: a file, or a screen of the store.")
]
Library = Annotated[str, typer.Option(metavar="FILE|SCREEN|protein-coding", help="Genes that can be nominated.")]
Size = Annotated[int, typer.Option(min=1, help="Places of a round.")]
Exclude = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Genes never to nominate; the reason in the second column.")
]
Expressed = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Gene and TPM; genes below --min-tpm are flagged.")
]
MinTpm = Annotated[float, typer.Option(min=0, help="TPM from which a gene counts as expressed.")]
FlagEssential = Annotated[
    bool,
    typer.Option(
        "--flag-essential",
        help="Keep common essential genes as candidates, with a flag; else they are left out unless --library names the"
        " candidates or the phenotype is one of growth or death.",
    ),
]
GuidesPerGene = Annotated[int, typer.Option(min=1, help="Guides to order for each gene.")]
Coverage = Annotated[int, typer.Option(min=1, help="Cells for each guide.")]
Price = Annotated[float | None, typer.Option(min=0, help="Price of one guide, in your own currency.")]
PositiveControls = Annotated[
    list[str] | None, typer.Option("--positive-control", metavar="GENE", help="A known hit; repeat it, or use commas.")
]
PositiveMeans = Annotated[Meaning | None, typer.Option(help="What a positive value of the file says of the phenotype.")]
ReadoutGene = Annotated[
    str, typer.Option(metavar="GENE", help="The gene whose expression is measured; it checks the sign.")
]
Reader = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Format of the file, else by its header: mageck_rra, mageck_mle, rsa, one_sided, benchmark_pair, generic.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="Which column holds a field, such as estimate=log2FC; repeat it."
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=VALUE", help="Read only these rows, where a file holds several screens; repeat it."),
]
Suffix = Annotated[str, typer.Option(metavar="TEXT", help="Column suffix that picks one screen out of a wide file.")]
Encoding = Annotated[str, typer.Option(metavar="NAME", help="Text encoding, where it is not UTF-8, such as cp1252.")]
Controls = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="Names of negative-control rows beyond the known ones; repeat it, or use commas."
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Refuse the file if any row would be kept aside; controls named with --controls may stand."
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Breaks ties; the same seed gives the same list.")]
CampaignName = Annotated[str, typer.Argument(metavar="[NAME]", help="The campaign; without it, the only open one.")]
CampaignGene = Annotated[
    list[str], typer.Argument(metavar="[NAME] GENE", help="The campaign, if not the only open one; the gene.")
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the list to a file: .csv, .tsv, .parquet, .xlsx or .md.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; one for each processor if not given.")]
