"""A campaign with rounds, made once, for the tests of pages; and a pilot that waits on conditions."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from db.store import Store
from tests.campaign_world import new_workspace, started, write_results
from tests.store_copy import copied
from tests.synthetic_store import workspace_on
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.workspace import Workspace
from tui.chat import app
from tui.chat.app import HitscoutApp

PATIENCE = 60.0
"""Seconds that a condition may take on a loaded machine."""


@cache
def _templates() -> Path:
    """A folder with the store of one campaign, ``pilot``, as it was at each of `STAGES`."""
    folder = Path(tempfile.mkdtemp(prefix="page-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    workspace = new_workspace(folder, bare=True)
    _keep(workspace, "new")
    started(workspace, size=20, hit_rule="|lfc|>1.96", price=2.0, flag_essential=True, text="What moves the cytokine?")
    campaign_propose(workspace, predictor="mean_baseline")
    _keep(workspace, "open")
    chosen = [one.perturbation for one in campaign_confirm(workspace).nominations]
    write_results(folder / "results.csv", chosen)
    _keep(workspace, "confirmed")
    campaign_record(workspace, folder / "results.csv", positive_means="raises")
    campaign_propose(workspace, predictor="mean_baseline")
    _keep(workspace, "measured")
    return folder


def _keep(workspace: Workspace, stage: str) -> None:
    copied(workspace.store, workspace.store.path.with_name(f"{stage}.duckdb"))


def world(folder: Path, stage: str) -> Workspace:
    """A workspace of one's own on a copy of a store.

    Args:
        folder: Where the copy goes; also gets ``results.csv``, the results of the first round.
        stage: ``new`` (two screens, no campaign), ``open``, ``confirmed`` or ``measured`` (one round measured, one
            open).
    """
    own = copied(Store(_templates() / f"{stage}.duckdb"), folder / "store.duckdb")
    shutil.copy(_templates() / "results.csv", folder / "results.csv")
    return workspace_on(own, folder)


async def until(pilot: Any, condition: Callable[[], Any], what: str = "") -> None:
    """Waits until a condition holds and all messages are handled.

    Args:
        pilot: Textual's pilot.
        condition: What is waited for.
        what: What it is, for the message of a failure.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        await pilot.pause()
        if condition():
            await pilot.pause()
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"this did not come about in {PATIENCE:g} s: {what or condition}")


@cache
def one_page_app(page: str) -> type[HitscoutApp]:
    """The app with one page in front at once: the others have tests of their own."""
    sheet = str(Path(app.__file__).with_name("style.tcss"))
    return type("OnePageApp", (HitscoutApp,), {"DEFAULT_MODE": page, "CSS_PATH": sheet})


def on_page(
    workspace: Workspace, page: str, act: Callable[[HitscoutApp, Any], Any], *, size=(80, 24), **options
) -> None:
    """Opens the app on a page, waits until it is read and no job runs, and acts.

    Args:
        workspace: The workspace.
        page: Name of the page.
        act: A coroutine function of app and pilot.
        size: Columns and lines of the terminal.
        options: Further arguments of the app.
    """

    async def run() -> None:
        app = one_page_app(page)(lambda: workspace, **options)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: getattr(app.screen, "page_name", "") == page, "the page")
            await until(pilot, lambda: is_read(app), "the page is read")
            await act(app, pilot)

    asyncio.run(run())


def is_read(app: HitscoutApp) -> bool:
    """Whether the page in front has read its data and no job runs."""
    page = app.screen_stack[0]
    return not app.jobs and (getattr(page, "read", False) or getattr(page, "contents", None) is not None)


def lines(app: HitscoutApp) -> list[str]:
    """What the terminal shows, line by line."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def text(app: HitscoutApp) -> str:
    """What the terminal shows."""
    return "\n".join(lines(app))


def words(app: HitscoutApp) -> str:
    """What the terminal shows, without frames and line breaks."""
    return " ".join("".join(" " if letter in "│╭╮╰╯─▌▁▃▅" else letter for letter in text(app)).split())
