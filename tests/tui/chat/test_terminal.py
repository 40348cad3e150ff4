"""The chat as a program in a real terminal: what reaches it, and where it refuses to run."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

import pytest

from db.store import Store
from tests.agent.fake_providers import KEY, Reply, fake_provider
from tests.tui.conftest import HOSTILE

pytestmark = pytest.mark.slow
"""Real terminals with deadlines of their own, which a loaded machine misses."""

PATIENCE = 90.0
ANSWER = (
    f"# Heading {HOSTILE}\n\nAn answer {HOSTILE} &#x202e;&#x1b;[31m `code {HOSTILE}`.\n\n"
    f"| gene | why |\n|---|---|\n| {HOSTILE} | because |\n\n[link]({HOSTILE}) <b>html</b>\n\n"
    f"```\n{HOSTILE}\n```\n\nzebra"
)
FORBIDDEN = re.compile(r"[\x80-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
COMMANDS_TO_OPERATING_SYSTEM = re.compile(r"\x1b\](?!22;)[^\x07\x1b]*")
"""All but the shape of the pointer, which Textual sets."""


def plain(seen: bytes) -> str:
    """The end of what was drawn, without styles and moves, for the message of a failure."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode("utf-8", "replace"))
    return re.sub(r"[ \r]{2,}", " ", text)[-1500:]


class Terminal:
    """`hitscout chat` in a pseudo-terminal.

    Args:
        cli: Where and on which store it runs.
        arguments: Of `chat`.
        more: Environment variables.
    """

    def __init__(self, cli, *arguments, **more):
        self.seen = b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
            os.chdir(cli.folder)
            command = [sys.executable, "-P", "-m", "hitscout", "chat", *arguments]
            os.execve(sys.executable, command, cli.environment(**{"TERM": "xterm-256color", **more}))

    def until(self, words: str) -> None:
        """Reads until words have come since the last call."""
        start, end = len(self.seen), time.monotonic() + PATIENCE
        while words.encode() not in self.seen[start:]:
            assert time.monotonic() < end, f"{words!r} did not come: {plain(self.seen)}"
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.seen += os.read(self.terminal, 65536)

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def end(self) -> int:
        """Quits, and gives the exit code."""
        self.press("\x03")
        self.until("again to quit")
        self.press("\x03")
        while True:
            try:
                chunk = os.read(self.terminal, 65536)
            except OSError:
                break
            if not chunk:
                break
            self.seen += chunk
        _, status = os.waitpid(self.pid, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


def make_hostile(store: Store) -> None:
    """Names of a gene and a screen that no reader would let in, as if another program had written the store."""
    with store.write("test") as connection:
        connection.execute("UPDATE screen SET name = 'odd ' || ? WHERE name = 'odd'", [HOSTILE])
        connection.execute("UPDATE gene SET symbol = 'CD5' || ? WHERE symbol = 'CD5'", [HOSTILE])


def test_nothing_hostile_reaches_the_terminal_from_any_page(cli):
    make_hostile(Store(cli.store))
    with fake_provider() as provider:
        provider.script = [Reply(calls=[("screen_list", {}), ("gene_card", {"symbol": HOSTILE})]), Reply(text=ANSWER)]
        settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.base_url, "NO_PROXY": "127.0.0.1"}
        terminal = Terminal(cli, "--model", "openai-chat:tiny", **settings)
        terminal.until("tiny")
        terminal.press("@odd")
        terminal.until("evil end")  # A completion.
        terminal.press(" hello\r")
        terminal.until("zebra")
        terminal.press("\x1b[Z\x1b[Z\r")  # Back to a card, and open it.
        terminal.press("\x1b[15~")
        terminal.until("odd tau")
        terminal.press("\x1bOQ")
        terminal.until("zebra")
        # From the card, a slash goes to the prompt.
        terminal.press("/")
        terminal.until("Proposes a round")  # A completion.
        terminal.press("campaign nobody[/b][@click=app.quit]\r")
        terminal.until("That did not work")
        code = terminal.end()
    shown = terminal.seen.decode("utf-8", "replace")
    assert code == 0
    assert "\ufffd" not in shown
    assert "[/b][@click=app.quit]" in shown, "markup is text, not an action"
    assert COMMANDS_TO_OPERATING_SYSTEM.findall(shown) == []
    assert FORBIDDEN.findall(shown) == []
    assert "aGFjaw" not in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("way", ["pipe", "dumb"])
def test_without_a_terminal_the_chat_says_what_would_work(cli, way):
    if way == "pipe":
        result = cli("chat")
        code, said = result.returncode, result.stderr
    else:
        code, said = cli.in_terminal("chat", TERM="dumb")
    assert code == 1
    assert "hitscout ask" in said
    assert "Traceback" not in said


def test_no_color_means_none(cli):
    terminal = Terminal(cli, "--model", "offline", NO_COLOR="1")
    terminal.until("offline assistant (no")
    assert terminal.end() == 0
    shown = terminal.seen.decode()
    colours = {tuple(int(part) for part in found) for found in re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", shown)}
    assert all(red == green == blue for red, green, blue in colours), colours
