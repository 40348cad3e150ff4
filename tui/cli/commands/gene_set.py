"""``gene-set``: collections of gene sets, and what is in them."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, group, session_of
from tui.cli.options import Organism


def list_(
    context: typer.Context,
    collection: Annotated[str, typer.Argument(metavar="[COLLECTION]", help="Sets of this collection.")] = "",
    *,
    gene: Annotated[str, typer.Option(metavar="GENE", help="Sets that hold this gene.")] = "",
    words: Annotated[str, typer.Option(metavar="TEXT", help="Sets whose name has all of these words.")] = "",
    organism: Annotated[Organism | None, typer.Option(help="Whose gene; human first if not given.")] = None,
    most: Annotated[int, typer.Option(min=1, max=500, help="How many sets are listed; smallest come first.")] = 50,
) -> None:
    """Lists the collections of gene sets, or the sets of a collection, of a gene, or with words in their names."""
    from tools.genes.sets.listing import gene_set_list
    from tui.layouts import gene_sets as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = gene_set_list(workspace, collection, gene, words, organism or "", most)
    session.give(found, layout.listing)


def show(
    context: typer.Context,
    collection: Annotated[str, typer.Argument(help="Its collection, such as hallmarks.")],
    name: Annotated[str, typer.Argument(help="Its name.")],
) -> None:
    """Shows a gene set with all its genes."""
    from tools.genes.sets.listing import gene_set_show
    from tui.layouts import gene_sets as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = gene_set_show(workspace, collection, name)
    session.give(found, layout.shown)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "gene-set")
    listing = [
        "hitscout gene-set list", "hitscout gene-set list --gene VAV1",
        'hitscout gene-set list gobp --words "interferon gamma"',
    ]  # fmt: skip
    showing = ["hitscout gene-set show pathways KEGG_T_CELL_RECEPTOR_SIGNALING_PATHWAY"]
    command(verbs, "list", list_, serves=["gene_set_list"], examples=listing)
    command(verbs, "show", show, serves=["gene_set_show"], examples=showing)
