"""The root command: its options, and the commands below it, each imported when it is first named."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from tui.cli.commands import COMMANDS, GROUPS
from tui.cli.frame import Session, write

Command: TypeAlias = TyperCommand | TyperGroup


class Commands(Mapping[str, Command]):
    """Every command by its name; only one that is looked up is imported."""

    def __init__(self) -> None:
        self._made: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in COMMANDS and name not in GROUPS:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _made(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        yield from COMMANDS
        yield from GROUPS

    def __len__(self) -> int:
        return len(COMMANDS) + len(GROUPS)


def _made(name: str) -> Command:
    """Imports a command's module, and makes what it registers."""
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
    importlib.import_module(f".commands.{name.replace('-', '_')}", __package__).register(app)
    made = get_group(app).commands[name]
    if not isinstance(made, Command):
        raise TypeError(f"{name} is a {type(made).__name__}, neither a command nor a group")
    return made


class Root(TyperGroup):
    """The root, whose help and suggestions need no command's module."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 – typer's own
        super().__init__(**{**attributes, "commands": Commands()})

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 – typer exports neither type
        """Lists the commands from their tables, laid out by typer as it would lay out the commands themselves.

        Args:
            ctx: The root's context.
            formatter: What the help is written to.
        """
        listed: dict[str, Any] = {name: TyperCommand(name, short_help=text) for name, text in COMMANDS.items()}
        listed.update((name, TyperGroup(name=name, help=text)) for name, text in GROUPS.items())
        TyperGroup(commands=listed).format_commands(ctx, formatter)


def _version(value: bool) -> None:  # noqa: FBT001 – typer calls it so
    if value:
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("hitscout")
        except PackageNotFoundError:
            found = "of a source folder that is not installed"
        write(f"hitscout {found}\n")
        raise typer.Exit


def _options(
    context: typer.Context,
    *,
    store: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The store file; else $HITSCOUT_STORE, else the one in your data folder."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Give the result as JSON on stdout; errors too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no narration on stderr.")] = False,
    version: Annotated[  # noqa: ARG001 – typer's callback has answered it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Plans the next round of a genetic perturbation screen.

    Screens, yours and public ones, lie in one store file. Ask which genes to perturb next, and get a ranked shortlist
    with hit probabilities, reasons that lead to rows of the store, controls, and a file to order from.

    Start with `hitscout demo`. The options below stand before or after the command.
    """
    context.obj = Session(store, json, quiet)


def build() -> Root:
    """The whole command line."""
    app = typer.Typer(
        name="hitscout",
        cls=Root,
        callback=_options,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    root = get_command(app)
    if not isinstance(root, Root):
        raise TypeError(f"the root is a {type(root).__name__}, not a group")
    return root
