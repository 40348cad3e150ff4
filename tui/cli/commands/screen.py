"""``screen``: screens of the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli import options
from tui.cli.frame import command, listed, pairs, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from db.records import Screen
    from tools.screens.comparison import ScreenComparison
    from tools.screens.ingestion.added_screen import AddedScreen, NotedRows
    from tools.screens.listing import ListedScreen, ShownScreen

Kind = Literal["lfc", "beta", "z", "signed_log10_p", "bayes_factor", "rank"]
Name = Annotated[str, typer.Argument(help="Name of the screen; `hitscout screen list` shows them.")]


def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A MAGeCK, RSA, benchmark or generic table: csv, tsv, gz or Parquet.")],
    *,
    phenotype: options.Phenotype = "",
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the screen; else the file's name.")] = "",
    study: options.Study = "",
    organism: Annotated[
        options.Organism | None, typer.Option(help="Whose genes; else by how they are written.")
    ] = None,
    cell_type: options.CellType = "",
    modality: options.HowPerturbed = None,
    condition: Annotated[str, typer.Option(metavar="TEXT", help="What else the cells were given.")] = "",
    library: Annotated[str, typer.Option(metavar="TEXT", help="Name of the guide library.")] = "",
    readout: options.Readout = "",
    readout_gene: options.ReadoutGene = "",
    text: Annotated[str, typer.Option(metavar="TEXT", help="The task in words; else the file's own words.")] = "",
    reader: options.Reader = "",
    columns: options.Map = None,
    where: options.Where = None,
    suffix: options.Suffix = "",
    replicate: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Another file of the same screen; each file is one replicate. Repeat it."),
    ] = None,
    replicate_of: Annotated[
        str, typer.Option(metavar="SCREEN", help="Add the file as one more replicate of a screen of the store.")
    ] = "",
    positive_means: options.PositiveMeans = None,
    hit_rule: options.HitRule = "",
    side: Annotated[options.Side, typer.Option(help="Side of the effect on which hits lie.")] = "both",
    controls: options.Controls = None,
    encoding: options.Encoding = "",
    estimate_kind: Annotated[Kind, typer.Option(help="What the mapped effect column holds.")] = "lfc",
    citation: Annotated[str, typer.Option(metavar="TEXT", help="Citation of the study.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Licence of the data.")] = "",
    strict: options.Strict = False,
) -> None:
    """Adds a screen from a file. Rows that cannot be used are kept aside and reported, never dropped in silence."""
    from tools.screens.ingestion.adding import add_screen
    from tools.screens.ingestion.description import ScreenDescription
    from tools.screens.tables.reading import Reading

    if replicate_of:
        _add_replicate(context, file, replicate_of)
        return
    if not phenotype:
        raise typer.BadParameter("a screen needs one; --replicate-of SCREEN does without.", param_hint="--phenotype")
    session = session_of(context)
    with session.workspace() as workspace:
        added = add_screen(
            workspace, file,
            ScreenDescription(
                name=name, study=study, phenotype=phenotype, organism=organism or "", cell_type=cell_type,
                modality=modality or "", condition=condition, library=library, readout=readout,
                readout_gene=readout_gene, text=text, hit_rule=hit_rule, side=side, citation=citation, licence=licence,
            ),
            Reading(
                reader=reader, columns=pairs(columns or (), "--map"), where=pairs(where or (), "--where"),
                suffix=suffix, positive_means=positive_means or "", controls=listed(controls or ()), encoding=encoding,
                estimate_kind=estimate_kind, strict=strict,
            ),
            replicate_files=replicate or (),
        )  # fmt: skip
    session.give(added, render_added)


_OF_THE_FILE = frozenset({
    "file", "replicate_of", "reader", "columns", "where", "suffix", "positive_means", "controls", "encoding",
    "estimate_kind", "cell_type", "strict",
})  # fmt: skip
"""What may be said of a further replicate; everything else is known of its screen."""


def _add_replicate(context: typer.Context, file: Path, screen: str) -> None:
    from tools.screens.ingestion.replicate_adding import add_replicate
    from tools.screens.tables.reading import Reading

    given = {key: value for key, value in context.params.items() if value and key in _OF_THE_FILE}
    if other := _foreign(context):
        raise typer.BadParameter(
            f"{', '.join(other)} belong to the screen, which {screen!r} has already.", param_hint="--replicate-of"
        )
    session = session_of(context)
    with session.workspace() as workspace:
        added = add_replicate(
            workspace, file, screen,
            Reading(
                reader=given.get("reader", ""), columns=pairs(given.get("columns", ()), "--map"),
                where=pairs(given.get("where", ()), "--where"), suffix=given.get("suffix", ""),
                positive_means=given.get("positive_means", ""), controls=listed(given.get("controls", ())),
                encoding=given.get("encoding", ""), estimate_kind=given.get("estimate_kind", "lfc"),
                strict=bool(given.get("strict")),
            ),
            cell_type=given.get("cell_type", ""),
        )  # fmt: skip
    session.give(added, render_added)


def _foreign(context: typer.Context) -> list[str]:
    """Options that were given and that --replicate-of does not take."""
    defaults = {one.name: one.default for one in context.command.params}
    return sorted(
        "--" + key.replace("_", "-")
        for key, value in context.params.items()
        if key not in _OF_THE_FILE and value and value != defaults.get(key)
    )


def render_added(added: AddedScreen) -> Sequence[RenderableType]:
    """What became of a screen's file.

    Args:
        added: The report.
    """
    from tui.layouts.format import fields, line

    screen = added.screen
    state = "was in the store already; nothing was written" if added.already_present else "added"
    about = {
        "phenotype": screen.phenotype,
        "rows read": added.rows_read,
        "read as": added.reader,
        "perturbations": added.effects,
        "replicates": added.replicates,
        "sign": added.sign_evidence,
        "hits": f"{added.hits:,} by {screen.hit_rule}, side {screen.side}",
    }
    parts: list[RenderableType] = [line(f"{screen.name}: {state}", "bold"), fields(about)]
    parts += noted("Kept aside", added.kept_aside) + noted("Used with a flag", added.flags)
    return parts + [line(f"Note: {warning}") for warning in added.warnings]


def noted(title: str, rows_noted: Sequence[NotedRows]) -> list[RenderableType]:
    """Rows that were kept aside or flagged, by reason.

    Args:
        title: Heading above them.
        rows_noted: The rows.
    """
    from tui.layouts.format import Column, heading, table

    if not rows_noted:
        return []
    rows = [(one.reason, one.rows, "; ".join(one.examples)) for one in rows_noted]
    columns = [Column("reason"), Column("rows", right=True), Column("such as", running=True, keep=5)]
    return [heading(title), table(columns, rows, cut=False)]


def list_(context: typer.Context) -> None:
    """Lists the screens of the store, with the number of perturbations and hits of each."""
    from tools.screens.listing import screen_list

    session = session_of(context)
    with session.workspace() as workspace:
        screens = screen_list(workspace)
    session.give(screens, render_list)


def render_list(screens: Sequence[ListedScreen]) -> Sequence[RenderableType]:
    """The screens as a table.

    Args:
        screens: One for each line.
    """
    from tui.layouts.format import Column, line, table

    if not screens:
        return [line("The store has no screen. `hitscout fetch` brings public ones, `hitscout screen add FILE` yours.")]
    columns = [
        Column("screen"), Column("phenotype", running=True, keep=8), Column("study", keep=6),
        Column("cell type", keep=3), Column("modality", keep=4), Column("genes", right=True),
        Column("hits", right=True), Column("rule", keep=5),
    ]  # fmt: skip
    rows = [
        (one.screen.name, one.screen.phenotype, one.screen.study, one.screen.cell_type, one.screen.modality,
         one.perturbations, one.hits, one.screen.hit_rule)
        for one in screens
    ]  # fmt: skip
    return [table(columns, rows)]


def show(context: typer.Context, name: Name) -> None:
    """Shows a screen: where it came from, a quality report, and its strongest effects."""
    from tools.screens.listing import screen_show

    session = session_of(context)
    with session.workspace() as workspace:
        shown = screen_show(workspace, name)
    session.give(shown, render_show)


def render_show(shown: ShownScreen) -> Sequence[RenderableType]:
    """A screen with its quality report.

    Args:
        shown: The screen.
    """
    from tui.layouts.format import Column, fields, heading, line, number, table

    screen, parts = shown.screen, [line(shown.screen.name, "bold")]
    about = {
        "phenotype": screen.phenotype, "study": screen.study, "organism": screen.organism,
        "cell type": screen.cell_type, "condition": screen.condition, "modality": screen.modality,
        "library": screen.library, "method": screen.method, "readout": screen.readout, "text": screen.text,
        "file": shown.source, "SHA-256": shown.source_hash, "added": f"{shown.added_at:%Y-%m-%d %H:%M} UTC",
        "sign": [f"{one.sign_evidence} (in the file, positive {one.positive_means})" for one in shown.contrasts],
        "hit rule": f"{screen.hit_rule}, side {screen.side}", "remarks": shown.remarks,
    }  # fmt: skip
    rows = [
        (low, number(low_effect), high, number(high_effect))
        for (low, low_effect), (high, high_effect) in zip(shown.lowest, shown.highest, strict=True)
    ]
    columns = [Column("lowers most"), Column("effect", right=True), Column("raises most"), Column("effect", right=True)]
    return [
        *parts, fields(about), heading("Quality"), fields(_quality(shown)), heading("Strongest effects"),
        table(columns, rows, cut=False), *noted("Kept aside", shown.kept_aside), *noted("Flagged", shown.flags),
    ]  # fmt: skip


def _quality(shown: ShownScreen) -> dict[str, object]:
    from tui.layouts.format import number

    quality = shown.quality
    own, essentials = quality.readout, quality.essentials
    agreement = [
        f"{one.first} and {one.second}: Pearson {number(one.pearson)}, Spearman {number(one.spearman)}"
        f" on {one.shared:,} shared"
        for one in quality.replicates
    ]
    guides = f"median {number(quality.guides_median)}, {quality.guides_least} to {quality.guides_most}"
    return {
        "perturbations": quality.perturbations,
        "hits": f"{quality.hits_low:,} low, {quality.hits_high:,} high",
        "replicates": agreement,
        "guides of a gene": guides if quality.guides_median is not None else "not in the file",
        "negative controls": f"{quality.controls:,} rows, median {number(quality.controls_median)}, spread"
        f" {number(quality.controls_mad)}" if quality.controls else "none in the file",
        "readout gene": own and f"{own.gene}: effect {number(own.estimate)}, place {own.rank:,} of {own.measured:,} by"
        f" size, at the {number(quality.readout_percentile)}th percentile",
        "CEGv2 against NEGv1": essentials and f"AUROC {number(essentials.auroc)}, SSMD {number(essentials.ssmd)}"
        f" ({essentials.essential:,} and {essentials.non_essential:,} genes)",
    }  # fmt: skip


def compare(context: typer.Context, first: Name, second: Name) -> None:
    """Compares two screens: rank correlation, shared hits against chance, and whether these have the same sign."""
    from tools.screens.comparison import screen_compare

    session = session_of(context)
    with session.workspace() as workspace:
        found = screen_compare(workspace, first, second)
    session.give(found, render_compared)


def render_compared(found: ScreenComparison) -> Sequence[RenderableType]:
    """How two screens agree.

    Args:
        found: What the tool gave.
    """
    from tui.layouts.format import Column, fields, heading, line, number, table

    about = {
        "shared perturbations": found.shared,
        "rank correlation": f"{found.spearman:+.3f} (p {number(found.spearman_p, 2)});"
        f" of sizes, whatever the sign, {found.spearman_size:+.3f}",
        "hits": f"{found.first_hits:,} and {found.second_hits:,}",
        "hits of both": f"{found.both:,}; {number(found.expected)} expected by chance (p {number(found.p, 2)})",
        "their signs": f"{found.same_sign:,} the same, {found.opposite_sign:,} opposite",
        "relation": found.relation,
    }
    parts: list[RenderableType] = [line(f"{found.first} and {found.second}", "bold"), fields(about)]
    if found.hits:
        columns = [Column("hit of both"), Column(found.first, right=True), Column(found.second, right=True)]
        rows = [(one.perturbation, number(one.first), number(one.second)) for one in found.hits]
        parts += [heading("Strongest hits of both"), table(columns, rows, cut=False)]
    return [*parts, *(line(f"Note: {note}") for note in found.notes)]


def remove(context: typer.Context, name: Name) -> None:
    """Removes a screen with all its effects; refused while a campaign uses it."""
    from tools.screens.listing import screen_remove

    session = session_of(context)
    with session.workspace() as workspace:
        removed = screen_remove(workspace, name)
    session.give(removed, render_removed)


def render_removed(removed: Screen) -> Sequence[RenderableType]:
    """Which screen is gone.

    Args:
        removed: The screen as it was.
    """
    from tui.layouts.format import line

    return [line(f"{removed.name} ({removed.phenotype}) was removed.")]


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    add_examples = [
        'hitscout screen add ifng.gene_summary.txt --phenotype "IFN-gamma production" --positive-means raises',
        'hitscout screen add a.txt --replicate b.txt --phenotype survival --study "Ours 2026"',
        "hitscout screen add donor3.txt --replicate-of my-screen",
        'hitscout screen add several.csv --where screen=IL2 --phenotype "IL-2 production" --positive-means lowers',
        "hitscout screen add table.csv --phenotype survival --map gene=Symbol --map estimate=log2FC",
    ]
    command(group, "add", add, serves=["add_screen", "add_replicate"], examples=add_examples)
    command(
        group, "list", list_, serves=["screen_list"], examples=["hitscout screen list", "hitscout screen list --json"]
    )
    command(group, "show", show, serves=["screen_show"], examples=["hitscout screen show schmidt-ifng"])
    comparing = ["hitscout screen compare schmidt-ifng schmidt-il2"]
    command(group, "compare", compare, serves=["screen_compare"], examples=comparing)
    command(group, "remove", remove, serves=["screen_remove"], examples=["hitscout screen remove my-screen"])
    app.add_typer(group, name="screen", help="Adds, lists, shows, compares and removes screens.")
