"""``encode``: gene texts become vectors that predictors can use."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of


def encode(
    context: typer.Context,
    *,
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="minilm, wordllama, or openai:NAME@URL for a service; else HITSCOUT_EMBEDDINGS, else minilm.",
        ),
    ] = "",
) -> None:
    """Puts a vector of each gene's name and summary into the store: about eight minutes once with MiniLM.

    Fetching has encoded them with word vectors (wordllama), in seconds; another encoder's vectors take their place.

    An interruption loses nothing: it goes on where it stopped.
    """
    from tools.genes.texts.vectors import encode_gene_texts
    from tui.layouts import gene_texts as layout

    session = session_of(context)
    with session.workspace() as workspace:
        made = encode_gene_texts(workspace, encoder)
    session.give(made, layout.encoded)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = ["hitscout encode", "hitscout encode --encoder openai:nomic-embed-text@http://localhost:11434/v1"]
    command(app, "encode", encode, serves=["encode_gene_texts"], examples=examples)
