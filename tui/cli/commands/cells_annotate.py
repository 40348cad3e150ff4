"""``cells annotate``: cells named by a labelled reference, or clusters of them by the genes that are high in each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tools.cells.annotation.options import Naming
from tui.cli import options
from tui.cli.frame import Session, session_of
from tui.cli.parameter_objects import takes_options
from tui.cli.spending import asks_first

if TYPE_CHECKING:
    from agent.judge.terms import Terms

_OF_REFERENCES = {
    "across_species": "--across-species", "vectors": "--vectors", "head": "--head", "gene_vectors": "--gene-vectors",
    "donor": "--donor",
}  # fmt: skip
"""Field → the option that says how a reference is used."""


@takes_options()
def annotate(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="The cells to name: .h5ad, 10x .h5, .loom, a folder of matrix.mtx, or cells of the store."),
    ],
    *,
    reference: Annotated[
        Path | None, typer.Option(metavar="FILE|NAME", help="Cells with labels: a file, or cells of the store.")
    ] = None,
    label: Annotated[
        str, typer.Option(metavar="COLUMN", help="The reference's column of labels; cells of the store know theirs.")
    ] = "",
    markers: Annotated[
        bool,
        typer.Option("--markers", help="Without a reference: clusters are named by texts and sets of their genes."),
    ] = False,
    clusters: Annotated[
        str, typer.Option(metavar="COLUMN", help="With --markers: the file's column of clusters; else they are found.")
    ] = "",
    naming: Naming,
    language_model: Annotated[
        str, typer.Option("--model", metavar="PROVIDER:NAME", help="With --markers: who reads each cluster's genes.")
    ] = "",
    estimate: options.Estimate = False,
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a row for each cell: .csv, .tsv or .parquet.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:  # fmt: skip
    """Names the cells of a file by a reference whose cells have labels, within a species or across two.

    Each cell gets a label with a calibrated probability; cells that are like nothing in the reference are flagged.
    With --markers no reference is needed: clusters are named by what is known of the genes that are high in them.
    """
    session = session_of(context)
    if markers:
        _refuse({"--reference": reference is not None, "--label": bool(label)}, "It does not go with --markers.")
        _refuse(_changed(naming), "It says how a reference is used, and does not go with --markers.")
        if estimate and not language_model:
            raise typer.BadParameter("Name the language model that is meant.", param_hint="--model")
        from agent.judge.terms import Terms

        terms = Terms(language_model, share, agree, max_cost, asks_first(agree=agree))
        _by_markers(session, file, naming, clusters, terms, out, estimate=estimate, overwrite=overwrite)
        return
    given = {"--clusters": bool(clusters), "--model": bool(language_model), "--estimate": estimate}
    _refuse(given, "It goes with --markers, which needs no reference.")
    if reference is None:
        raise typer.BadParameter("Name a reference, or give --markers.", param_hint="--reference")
    from tools.cells.annotation.annotating import annotate_cells
    from tui.layouts import cells as layout

    with session.workspace(naming.seed) as workspace:
        found = annotate_cells(workspace, file, reference, label, naming, out=out, overwrite=overwrite)
    session.give(found, layout.named)


def _by_markers(
    session: Session, file: Path, naming: Naming, clusters: str, terms: Terms, out: Path | None, *, estimate: bool,
    overwrite: bool,
) -> None:  # fmt: skip
    from tools.cells.by_markers.naming import ByMarkers, named_by
    from tui.layouts import cell_clusters as layout

    how = ByMarkers(clusters, naming.own_label, naming.seed)
    with session.workspace(naming.seed) as workspace:
        if not terms.language_model:
            found = named_by(workspace, None, file, how, out=out, overwrite=overwrite)
        else:
            from agent.judge.cluster_naming import estimate_of, named_with

            if estimate:
                from tui.layouts.reasoning import estimated

                session.give(estimate_of(workspace, terms, file, how), estimated)
                return
            found = named_with(workspace, terms, file, how, out=out, overwrite=overwrite)
    session.give(found, layout.named)


def _changed(naming: Naming) -> dict[str, bool]:
    return {name: getattr(naming, field) != getattr(Naming(), field) for field, name in _OF_REFERENCES.items()}


def _refuse(given: dict[str, bool], why: str) -> None:
    for name, is_given in given.items():
        if is_given:
            raise typer.BadParameter(why, param_hint=name)
