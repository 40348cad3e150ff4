"""``screen``: screens of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

import typer

from tools.expression.perturb_seq.options import CellReading
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.tables.reading import Reading
from tui.cli import options
from tui.cli.commands.screen_validate import validate
from tui.cli.field_options import option_of
from tui.cli.frame import command, group, session_of
from tui.cli.parameter_objects import takes_options

Name = Annotated[str, typer.Argument(help="Name of the screen; `hitscout screen list` shows them.")]


@takes_options(
    behind={
        "suffix": ("replicate", "replicate_of"),
        "positive_means": ("hit_rule", "side"),
        "estimate_kind": ("citation", "licence"),
    },
    defaults={"phenotype": ""},
)
def add(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="A MAGeCK, RSA, benchmark or generic table (csv, tsv, gz, Parquet), or perturbed cells: .h5ad, 10x"
            " .h5, .loom, or a folder with matrix.mtx."
        ),
    ],
    *,
    screen: ScreenDescription,
    reading: Reading,
    cells: CellReading,
    replicate: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Another file of the same screen; each file is one replicate. Repeat it."),
    ] = None,
    replicate_of: Annotated[
        str, typer.Option(metavar="SCREEN", help="Add the file as one more replicate of a screen of the store.")
    ] = "",
) -> None:
    """Adds a screen from a file. Rows that cannot be used are kept aside and reported, never dropped in silence.

    Of perturbed cells, each perturbation is compared with control cells: its responses go into the store, one number
    for each perturbation makes the screen, and a quality report says how far it can be trusted.
    """
    from db.files.cells.recognition import is_cells
    from tools.screens.ingestion.adding import add_screen
    from tui.layouts import screen as layout

    if file.exists() and is_cells(file):
        _add_cells(context, file, screen, cells, reading.where)
        return
    if other := _given(context, _OF_CELLS):
        raise typer.BadParameter(f"{', '.join(other)} are of files of cells; {file.name} is none.", param_hint="FILE")
    if replicate_of:
        _add_replicate(context, file, replicate_of, reading, screen.cell_type)
        return
    if not screen.phenotype:
        raise typer.BadParameter("a screen needs one; --replicate-of SCREEN does without.", param_hint="--phenotype")
    session = session_of(context)
    with session.workspace() as workspace:
        added = add_screen(workspace, file, screen, reading, replicate_files=replicate or ())
    session.give(added, layout.added)


_OF_THE_FILE = frozenset({"file", "replicate_of", "cell_type", *(field.name for field in fields(Reading))})
"""What may be said of a further replicate; everything else is known of its screen."""


_OF_CELLS = frozenset(field.name for field in fields(CellReading))
_OF_TABLES = frozenset({"replicate", "replicate_of", *(field.name for field in fields(Reading))} - {"where"})


def _add_cells(
    context: typer.Context, file: Path, screen: ScreenDescription, cells: CellReading, where: Mapping[str, str]
) -> None:
    from db.errors import RefusedFileError
    from tools.expression.perturb_seq.adding import add_perturb_seq
    from tui.layouts import perturb_seq as layout

    if other := _given(context, _OF_TABLES):
        raise RefusedFileError(
            f"{file.name} is no table but a file of cells (HDF5, Matrix Market or R), and {', '.join(other)} are of"
            " tables.",
            "Leave them out; controls among cells are named by --control. A table of effects is given as csv.",
        )
    session = session_of(context)
    with session.workspace() as workspace:
        added = add_perturb_seq(workspace, file, screen, cells, where=where)
    session.give(added, layout.added)


def _given(context: typer.Context, options: frozenset[str]) -> list[str]:
    """Those of some options that were given another value than they have by default."""
    defaults = {one.name: one.default for one in context.command.params}
    return sorted(
        option_of(Reading, key) for key, value in context.params.items()
        if key in options and value and value != defaults.get(key)
    )  # fmt: skip


def _add_replicate(context: typer.Context, file: Path, screen: str, reading: Reading, cell_type: str) -> None:
    from tools.screens.ingestion.replicate_adding import add_replicate
    from tui.layouts import screen as layout

    if other := _foreign(context):
        raise typer.BadParameter(
            f"{', '.join(other)} belong to the screen, which {screen!r} has already.", param_hint="--replicate-of"
        )
    session = session_of(context)
    with session.workspace() as workspace:
        added = add_replicate(workspace, file, screen, reading, cell_type=cell_type)
    session.give(added, layout.added)


def _foreign(context: typer.Context) -> list[str]:
    """Options that were given and that --replicate-of does not take."""
    return _given(context, frozenset(context.params) - _OF_THE_FILE)


def list_(context: typer.Context) -> None:
    """Lists the screens of the store, with the number of perturbations and hits of each."""
    from tools.screens.listing import screen_list
    from tui.layouts import screen as layout

    session = session_of(context)
    with session.workspace() as workspace:
        screens = screen_list(workspace)
    session.give(screens, layout.listing)


def show(context: typer.Context, name: Name) -> None:
    """Shows a screen: where it came from, a quality report, and its strongest effects."""
    from tools.screens.listing import screen_show
    from tui.layouts import screen as layout

    session = session_of(context)
    with session.workspace() as workspace:
        shown = screen_show(workspace, name)
    session.give(shown, layout.shown)


def hits(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="One screen, or several for their shared hits.")
    ],
    *,
    top: Annotated[int, typer.Option(min=1, help="How many are listed.")] = 50,
    side: Annotated[
        Literal["low", "high", "both"],
        typer.Option(help="Only hits that lower (low) or raise (high) the phenotype; of one screen."),
    ] = "both",
    specific: Annotated[bool, typer.Option("--specific", help="Only hits that are no fitness genes.")] = False,
    at_least: Annotated[
        int | None, typer.Option(min=2, metavar="K", help="Of several: hits of at least K of them; all if not given.")
    ] = None,
    direction: Annotated[
        Literal["same", "opposite", ""], typer.Option(help="Of several: only hits of the same, or opposite direction.")
    ] = "",
) -> None:
    """Lists the hits of a screen, the strongest first; of several screens the hits that they share, against chance."""
    from tools.screens.common_hits import shared_hits
    from tools.screens.hit_listing import screen_hits
    from tui.layouts import screen as layout

    session, alone = session_of(context), len(names) == 1
    if foreign := _given(context, frozenset({"at_least", "direction"} if alone else {"side"})):
        raise typer.BadParameter(f"{', '.join(foreign)}: of {'several screens' if alone else 'one screen'} only.")
    with session.workspace() as workspace:
        if alone:
            session.give(screen_hits(workspace, names[0], top=top, side=side, specific=specific), layout.hits)
            return
        shared = shared_hits(workspace, names, at_least=at_least, top=top, direction=direction, specific=specific)
    session.give(shared, layout.common)


def compare(
    context: typer.Context,
    first: Name,
    second: Name,
    *,
    direction: Annotated[
        Literal["same", "opposite"],
        typer.Option(help="How hits of both should agree: opposite for activation against a knockout."),
    ] = "same",
) -> None:
    """Compares two screens: rank correlation, shared hits against chance, and whether these go the same way."""
    from tools.screens.comparison import screen_compare
    from tui.layouts import screen as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = screen_compare(workspace, first, second, direction=direction)
    session.give(found, layout.compared)


def merge(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME NAME...", help="Screens of one phenotype.")],
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the merged screen.")],
) -> None:
    """Merges donors or repeats of one phenotype into a new screen; those that it is made from stay.

    Where all have standard errors and effects of one kind, effects are means weighted by inverse variance, else sums
    of signed z (Stouffer). The merged screen counts as a copy of each, so that no replay of one sees it.
    """
    from tools.screens.merging.merging import screen_merge
    from tui.layouts import screen as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = screen_merge(workspace, names, name)
    session.give(done, layout.merged)


def export(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The file: .csv, .tsv, .parquet, .xlsx or .md.")],
    *,
    replicates: Annotated[
        bool, typer.Option("--replicates", help="The rows of single replicates, not the combined ones.")
    ] = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Writes a screen's harmonised effects to a file, which `screen add` reads back with the same numbers."""
    from tools.screens.export import screen_export
    from tui.layouts import screen as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = screen_export(workspace, name, out, replicates=replicates, overwrite=overwrite)
    session.give(done, layout.exported)


def remove(context: typer.Context, name: Name) -> None:
    """Removes a screen with all its effects; refused while a campaign uses it."""
    from tools.screens.listing import screen_remove
    from tui.layouts import screen as layout

    session = session_of(context)
    with session.workspace() as workspace:
        removed = screen_remove(workspace, name)
    session.give(removed, layout.removed)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "screen")
    add_examples = [
        'hitscout screen add ifng.gene_summary.txt --phenotype "IFN-gamma production" --positive-means raises',
        'hitscout screen add a.txt --replicate b.txt --phenotype survival --study "Ours 2026"',
        "hitscout screen add donor3.txt --replicate-of my-screen",
        'hitscout screen add several.csv --where screen=IL2 --phenotype "IL-2 production" --positive-means lowers',
        "hitscout screen add table.csv --phenotype survival --map gene=Symbol --map estimate=log2FC",
        "hitscout screen add norman.h5ad --cell-type K562 --modality activation",
        "hitscout screen add screen.h5ad --control mock --phenotype-from signature:interferon.tsv --where line=A549",
    ]
    command(verbs, "add", add, serves=["add_screen", "add_replicate", "add_perturb_seq"], examples=add_examples)
    command(
        verbs, "list", list_, serves=["screen_list"], examples=["hitscout screen list", "hitscout screen list --json"]
    )
    command(verbs, "show", show, serves=["screen_show"], examples=["hitscout screen show schmidt-ifng"])
    hit_examples = [
        "hitscout screen hits schmidt-ifng --top 20 --specific",
        "hitscout screen hits schmidt-ifng schmidt-il2 --direction same",
        "hitscout screen hits donor1 donor2 donor3 --at-least 2 --json",
    ]
    command(verbs, "hits", hits, serves=["screen_hits", "shared_hits"], examples=hit_examples)
    again = [
        "hitscout screen validate schmidt-ifng --size 500 --specific",
        "hitscout screen validate schmidt-ifng --size 1000 --out validate.xlsx",
    ]
    command(verbs, "validate", validate, serves=["screen_validate", "validation_export"], examples=again)
    comparing = [
        "hitscout screen compare schmidt-ifng schmidt-il2",
        "hitscout screen compare knockout activation --direction opposite",
    ]
    command(verbs, "compare", compare, serves=["screen_compare"], examples=comparing)
    merging = ["hitscout screen merge donor1 donor2 --name both-donors"]
    command(verbs, "merge", merge, serves=["screen_merge"], examples=merging)
    exporting = [
        "hitscout screen export schmidt-ifng ifng.csv",
        "hitscout screen export my-screen donors.xlsx --replicates",
    ]
    command(verbs, "export", export, serves=["screen_export"], examples=exporting)
    command(verbs, "remove", remove, serves=["screen_remove"], examples=["hitscout screen remove my-screen"])
