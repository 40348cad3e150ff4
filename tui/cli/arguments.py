"""Global options before or after the command: typer takes them only before it, so they are moved there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

FLAGS = ("--json", "--quiet", "--version")
VALUED = ("--store",)


def hoist(arguments: Sequence[str], root: TyperGroup) -> list[str]:
    """The arguments with every global option in front.

    What follows ``--`` and the values of other options are left where they are, so a gene set called ``--json`` can
    still be named by ``--name=--json``.

    Args:
        arguments: What was typed after the name of the program.
        root: The root command.
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    command: Any = root
    while waiting:
        word = waiting.pop(0)
        name = word.partition("=")[0]
        if word == "--":
            return [*front, *rest, word, *waiting]
        if word in FLAGS:
            front.append(word)
        elif name in VALUED:
            if "=" not in word and (not waiting or waiting[0].startswith("--")):
                # Left at the end, where typer says that the option needs a value.
                return [*front, word]
            front.append(word if "=" in word else f"{word}={waiting.pop(0)}")
        elif word.startswith("-") and len(word) > 1:
            rest.append(word)
            if "=" not in word and waiting and _takes_value(command, word):
                rest.append(waiting.pop(0))
        else:
            rest.append(word)
            command = getattr(command, "commands", {}).get(word, command)
    return [*front, *rest]


def _takes_value(command: TyperCommand | TyperGroup, option: str) -> bool:
    """Whether the word after an option belongs to it."""
    for parameter in command.params:
        if option in (*parameter.opts, *parameter.secondary_opts):
            return not getattr(parameter, "is_flag", False)
    return False
