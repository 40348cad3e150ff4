"""The command line: stdout is data, stderr is narration; exit 0 done, 1 refused, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from tui.cli.arguments import hoist
from tui.cli.frame import Session, write

Command: TypeAlias = TyperCommand | TyperGroup

COMMANDS = (
    "demo",
    "shortlist",
    "fetch",
    "screen",
    "gene",
    "enrich",
    "response",
    "respond",
    "sql",
    "gene_set",
    "similar",
    "resolve",
    "predict",
    "literature",
    "evidence",
    "campaign",
    "encode",
    "replay",
    "benchmark",
    "chat",
    "ask",
    "transcript",
    "mcp",
    "doctor",
)
"""Modules of `tui.cli.commands`, in the order in which the help lists them."""


def _version(value: bool) -> None:  # noqa: FBT001 – typer calls it so
    if value:
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("hitscout")
        except PackageNotFoundError:
            found = "of a source folder that is not installed"
        write(f"hitscout {found}\n")
        raise typer.Exit


def _root(
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


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="hitscout",
        callback=_root,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name in COMMANDS:
        importlib.import_module(f".commands.{name}", __package__).register(app)
    return app


def _root_of(app: typer.Typer) -> TyperGroup:
    root = get_command(app)
    if not isinstance(root, TyperGroup):
        raise TypeError(f"the root is a {type(root).__name__}, not a group")
    return root


def commands_by_tool() -> dict[str, str]:
    """Name of each tool that a command calls → that command, such as ``campaign start``."""
    found: dict[str, str] = {}

    def walk(command: Command, path: str) -> None:
        if isinstance(command, TyperGroup):
            for name, below in command.commands.items():
                walk(below, f"{path} {name}".strip())  # type: ignore[arg-type]  # typer makes no other kind
        for tool in getattr(command.callback, "__serves__", ()):
            found.setdefault(tool, path)

    walk(_root_of(build()), "")
    return found


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code.

    Args:
        arguments: What was typed after the name of the program; of this process where None.

    Raises:
        SystemExit: Always.
    """
    from tui.cli import failures

    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = False
    try:
        failures.prepare_process()
        root = _root_of(build())
        moved = hoist(given, root)
        as_json = "--json" in itertools.takewhile(lambda token: token.startswith("--"), moved)
        code = root.main(moved, prog_name="hitscout", standalone_mode=False)
    except typer.TyperException as error:
        code = failures.wrong_usage(error)
    except (KeyboardInterrupt, typer.Abort):
        code = failures.INTERRUPTED
    except Exception as error:  # noqa: BLE001 – the last door: behind it nobody turns an error into a message
        code = failures.failed(error, given, as_json=as_json)
    if code == failures.INTERRUPTED:
        failures.end_workers()
    raise SystemExit(code if isinstance(code, int) else 0)
