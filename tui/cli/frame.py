"""The frame of every command: its options, its workspace, its help, and the one place that writes to stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from typer.core import TyperCommand

from tui.cli.commands import GROUPS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from db.store import Store
    from tools.workspace import Workspace

Function = TypeVar("Function", bound=Callable[..., Any])
Result = TypeVar("Result")

GLOBAL_OPTIONS = "Before or after the command: --store PATH, --json, --quiet."


@dataclass(frozen=True)
class Session:
    """The global options of one run.

    Attributes:
        store: The store that was named, if any.
        json: Whether stdout is to be JSON.
        quiet: Whether stderr is to carry errors only.
    """

    store: Path | None = None
    json: bool = False
    quiet: bool = False

    @contextmanager
    def workspace(self, seed: int = 0) -> Iterator[Workspace]:
        """A workspace whose progress is shown on stderr.

        Args:
            seed: Seed of the workspace's random numbers.

        Yields:
            The workspace.
        """
        from dataclasses import replace

        from tools.workspace import Workspace
        from tui.cli.progress import Display
        from tui.layouts.acts import in_commands

        with Display(quiet=self.quiet) as display:
            yield replace(Workspace.open(self.store, seed, display.report), says=in_commands)

    def give(self, result: Result, render: Callable[[Result], Sequence[RenderableType]]) -> None:
        """Writes a result to stdout, as JSON or for people.

        Args:
            result: What a tool gave.
            render: Makes lines and tables of it.
        """
        from tui.layouts.acts import in_commands, spoken
        from tui.layouts.format import page, to_plain

        if self.json:
            # ASCII only: escaped, nothing in a name can reach the terminal.
            write(json.dumps(spoken(to_plain(result), in_commands), indent=2, allow_nan=False) + "\n")
        else:
            write(page(render(result)))

    def say(self, text: str) -> None:
        """Narrates on stderr, unless quiet.

        Args:
            text: One line; it may hold names from files.
        """
        from agent.privacy.keys import mask_known
        from db.clean_text import clean
        from tui.layouts.acts import in_commands

        if not self.quiet:
            sys.stderr.write(mask_known(clean(in_commands(text))) + "\n")
            sys.stderr.flush()


def session_of(context: typer.Context) -> Session:
    """The session of a command that runs.

    Args:
        context: The command's context.
    """
    session = context.find_root().obj
    return session if isinstance(session, Session) else Session()


def write(text: str) -> None:
    """Writes to stdout; a reader that has gone (``| head``) ends the program quietly.

    Args:
        text: All of what a command gives.
    """
    from agent.privacy.keys import mask_known

    try:
        sys.stdout.write(mask_known(text))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit, which must not find the closed pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


class HelpedCommand(TyperCommand):
    """A command whose help ends with examples and the global options."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 – typer exports neither type
        """Writes the examples as they are: not wrapped, because they are to be copied.

        Args:
            ctx: The command's context.
            formatter: What the help is written to.
        """
        with formatter.section("Examples"):
            for line in (self.epilog or "").splitlines():
                formatter.write(f"  {line}\n")
        formatter.write(f"\n{GLOBAL_OPTIONS}\n")


def command(
    app: typer.Typer, name: str, function: Callable[..., Any], *, serves: Sequence[str], examples: Sequence[str]
) -> None:
    """Registers a command.

    Args:
        app: The group that it belongs to.
        name: Its name.
        function: What it does; the docstring is its help.
        serves: Names of the tools that it calls, for the test that each tool has a command.
        examples: Command lines that show its use, at least one.
    """
    function.__dict__["__serves__"] = tuple(serves)
    # The first sentence, whole: typer would cut it after 45 characters.
    summary = " ".join((function.__doc__ or "").split("\n\n")[0].split())
    app.command(name, cls=HelpedCommand, short_help=summary, epilog="\n".join(examples))(function)


def group(app: typer.Typer, name: str) -> typer.Typer:
    """Registers a group of verbs, whose help is that of the root's table.

    Args:
        app: The root.
        name: Its name.
    """
    made = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(made, name=name, help=GROUPS[name])
    return made


def pairs(items: Sequence[str], option: str) -> dict[str, str]:
    """Values of a repeated ``KEY=VALUE`` option.

    Args:
        items: What was given.
        option: Name of the option, for the message.

    Raises:
        BadParameter: An item has no ``=``, or a key comes twice.
    """
    found: dict[str, str] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise typer.BadParameter(f"{item!r} is not KEY=VALUE.", param_hint=option)
        if key.strip() in found:
            raise typer.BadParameter(f"{key.strip()!r} is given twice.", param_hint=option)
        found[key.strip()] = value.strip()
    return found


def name_and_last(
    session: Session, words: Sequence[str], what: str, may_be_last: Callable[[Store, str], bool]
) -> tuple[str, str]:
    """The campaign, if it was named, and what comes after it.

    Args:
        session: The run; its store knows the campaigns.
        words: What was given: one word or two.
        what: What the last word is, for the message.
        may_be_last: Whether a word that is a campaign's name may also be what comes after it.

    Raises:
        BadParameter: There are more than two words, or the campaign alone.
        NotFoundError: The first of two words is no campaign.
    """
    shape = f"[NAME] {what}"
    if len(words) > 2:
        raise typer.BadParameter(f"Give {shape}; {len(words)} words were given.", param_hint=shape)
    from tools.campaigns.leading_campaign import campaign_and_last

    with session.workspace() as workspace:
        name, last = campaign_and_last(workspace.store, words, partial(may_be_last, workspace.store))
    if not last:
        raise typer.BadParameter(f"{name} is a campaign: give the {what} after it.", param_hint=shape)
    return name, last[0]


def listed(items: Sequence[str]) -> list[str]:
    """Values of an option that is repeated or holds commas.

    Args:
        items: What was given, such as ``["A,B", "C"]``.
    """
    return [part.strip() for item in items for part in item.split(",") if part.strip()]
