"""``campaign show|list|close``: the campaigns of the store, and how each stands."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import session_of


def show(context: typer.Context, name: options.CampaignName = "") -> None:
    """Shows a campaign: its question, its rounds with their nominations, and the history of its results."""
    from tools.campaigns.listing import campaign_show
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_show(workspace, name)
    session.give(found, layout.shown)


def list_(context: typer.Context) -> None:
    """Lists the campaigns of the store."""
    from tools.campaigns.listing import campaign_list
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_list(workspace)
    session.give(found, layout.listing)


def close(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open a closed campaign again; name it.")] = False,
) -> None:
    """Closes a campaign: it stays in the store and can be looked at, but no verb takes it for the open one."""
    from tools.campaigns.listing import campaign_close
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_close(workspace, name, reopen=reopen)
    session.give(done, layout.closed)
