"""One whole campaign in a real terminal, with the offline assistant: ask, propose, grade, confirm, export, a crash,
resume, record, review.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time

import pytest

from tests.campaign_world import new_workspace, started, write_results
from tests.tui.conftest import Cli
from tools.campaigns.listing import campaign_show

pytestmark = [
    # A real terminal with deadlines of its own, which a loaded machine misses.
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here"),
]
PATIENCE = 120.0


class Tmux:
    """`hitscout chat` in a tmux of its own.

    Args:
        cli: Where and on which store it runs.
        arguments: Of `chat`.
    """

    def __init__(self, cli: Cli, *arguments: str) -> None:
        self.socket = str(cli.folder / "tmux.socket")
        command = [sys.executable, "-P", "-m", "hitscout", "chat", *arguments]
        # tmux hands on its own environment, and not that of a server that runs already.
        self._run("new-session", "-d", "-x", "80", "-y", "24", "-c", str(cli.folder), *command, env=cli.environment())

    def _run(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", self.socket, "-f", os.devnull, *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout

    def until(self, words: str) -> None:
        """Waits until words are on the screen."""
        end = time.monotonic() + PATIENCE
        while words not in (seen := self._run("capture-pane", "-p")):
            assert time.monotonic() < end, f"{words!r} did not come:\n{seen}"
            time.sleep(0.1)

    def say(self, words: str) -> None:
        """Types and sends."""
        self._run("send-keys", "-l", words)
        self._run("send-keys", "Enter")

    def press(self, key: str) -> None:
        self._run("send-keys", key)

    def allow(self, tool: str, calls: int) -> None:
        """Approves a call, and waits until so many calls of the conversation are done."""
        self.until(f"May {tool} run?")
        self.press("y")
        self.until(f"{calls} tool calls │ ? help")

    def kill(self) -> None:
        """As if the window were closed."""
        self._run("kill-server")


@pytest.fixture
def laboratory(tmp_path, _warm):
    """A campaign that has just been started, and the command line on its store."""
    workspace = new_workspace(tmp_path, bare=True)
    started(workspace, size=12, flag_essential=True)
    folder = tmp_path / "work"
    folder.mkdir()
    return workspace, Cli(workspace.store.path, folder, _warm)


def test_a_campaign_from_the_first_question_to_the_review(laboratory):
    workspace, cli = laboratory
    chat = Tmux(cli)
    try:
        chat.until("offline assistant (no language model)")
        chat.say("Which genes next?")
        chat.allow("campaign_propose", 2)
        chat.say("/grade GENE0100 4 it sits upstream of all of them")
        chat.until("GENE0100: grade 4")
        chat.say("/propose")
        chat.allow("campaign_propose", 4)
        chat.say("/confirm")
        chat.allow("campaign_confirm", 5)
        chat.say("/export round1.csv")
        chat.until("path round1.csv")
        chat.kill()
        with (cli.folder / "round1.csv").open() as stream:
            ordered = [row["perturbation"] for row in csv.DictReader(line for line in stream if line[0] != "#")]
        shown = campaign_show(workspace).rounds[0]
        assert shown.state == "confirmed"
        assert "GENE0100" in ordered
        write_results(cli.folder / "results.csv", ordered)
        recorded = cli("campaign", "record", "results.csv", "--positive-means", "raises")
        assert recorded.returncode == 0, recorded.stderr
        chat = Tmux(cli, "--resume", "last")
        chat.until("Carried on:")
        chat.until("5 tool calls │ ? help")
        chat.say("/review")
        chat.until("6 tool calls │ ? help")
        chat.press("F4")
        chat.until("round 1")
    finally:
        chat.kill()
    assert campaign_show(workspace).rounds[0].state == "measured"
