"""``mcp``: the same tools for other assistants, over stdin and stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, session_of


def mcp(
    context: typer.Context,
    *,
    allow_writes: Annotated[
        bool,
        typer.Option("--allow-writes", help="Serve the tools that change the store or write files too."),
    ] = False,
    share: options.Share = None,
) -> None:
    """Serves hitscout's tools to another assistant over MCP on stdin and stdout, until that one ends.

    Only tools that read are served unless writing is allowed; the other assistant asks before it calls one. Needs the
    optional extra: pip install 'hitscout[mcp]'.
    """
    from agent.mcp_server import serve

    session = session_of(context)
    with session.workspace() as workspace:
        serve(workspace, allow_writes=allow_writes, share=share)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        "hitscout mcp",
        "hitscout mcp --allow-writes --store my.duckdb",
    ]
    command(app, "mcp", mcp, serves=[], examples=examples)
