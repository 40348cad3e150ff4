"""The command line: stdout is data, stderr is narration; exit 0 done, 1 refused, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Sequence

import typer
from typer.core import TyperGroup

from tui.cli.arguments import hoist
from tui.cli.root import Command, build

YOUNG = 50_000
"""New objects after which those in circles are looked for. At Python's own few hundred, imports alone set off hundreds
of searches, a twentieth of a command's time, which find nothing to free."""


def commands_by_tool() -> dict[str, str]:
    """Name of each tool that a command calls → that command, such as ``campaign start``."""
    found: dict[str, str] = {}

    def walk(command: Command, path: str) -> None:
        if isinstance(command, TyperGroup):
            for name, below in command.commands.items():
                walk(below, f"{path} {name}".strip())  # type: ignore[arg-type]  # typer makes no other kind
        for tool in getattr(command.callback, "__serves__", ()):
            found.setdefault(tool, path)

    walk(build(), "")
    return found


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code.

    Args:
        arguments: What was typed after the name of the program; of this process where None.

    Raises:
        SystemExit: Always.
    """
    from tui.cli import failures
    from tui.cli.interrupts import INTERRUPTED, interrupted

    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = False
    try:
        failures.prepare_process()
        root = build()
        moved = hoist(given, root)
        as_json = "--json" in itertools.takewhile(lambda token: token.startswith("--"), moved)
        code = root.main(moved, prog_name="hitscout", standalone_mode=False)
    except typer.TyperException as error:
        code = failures.wrong_usage(error)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 – the last door: behind it nobody turns an error into a message
        code = INTERRUPTED if interrupted() else failures.failed(error, given, as_json=as_json)
    if code == INTERRUPTED:
        failures.leave_interrupted()
    failures.end_answering()
    raise SystemExit(code if isinstance(code, int) else 0)
