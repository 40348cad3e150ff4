"""The public face of hitscout: the command line, and what a script imports.

Names are looked up when they are first used, so that importing this module costs next to nothing::

    import hitscout

    workspace = hitscout.Workspace.open()
    for screen in hitscout.screen_list(workspace):
        print(screen)

In a checkout this file stands beside the four folders. In the wheel it is the face of one package that holds them
(see ``hatch_build.py``).
"""

from __future__ import annotations

import sys
from typing import Any

_LAYERS = ("db", "tools", "agent", "tui")


def main() -> None:
    """Runs the command line; `hitscout` and `python -m hitscout` are the same."""
    in_the_way = _foreign_folder()
    if in_the_way:
        sys.stderr.write(f"Error: {in_the_way}\n")
        raise SystemExit(1)
    try:
        from tui.cli.main import run

        run()
    except KeyboardInterrupt:
        # Before the run could begin, or when it had all but ended.
        sys.stderr.write("Interrupted.\n")
        raise SystemExit(130) from None


def places() -> dict[str, tuple[str, str]]:
    """Name of each class and tool of the face → the folder that has it, and its module relative to that."""
    import agent
    import db
    import tools

    classes = {name: (layer.__name__, place) for layer in (agent, db, tools) for name, place in layer.CLASSES.items()}
    return classes | {name: (tools.__name__, tools.module_of(name)) for name in tools.names()}


def _foreign_folder() -> str:
    """A sentence on the folder or file that hides one of a checkout's four, or nothing where all are its own."""
    from importlib.util import find_spec
    from pathlib import Path

    if "__path__" in globals():
        # Installed as one package, which holds the four.
        return ""
    home = Path(__file__).resolve().parent
    for layer in _LAYERS:
        try:
            spec = find_spec(layer)
        except ValueError:
            # A module put into sys.modules by hand has no spec, and is not ours.
            spec = None
        found = Path(spec.origin).resolve() if spec and spec.origin else None
        if found == home / layer / "__init__.py":
            continue
        place = (found.parent if found.name == "__init__.py" else found) if found else f"a module named {layer!r}"
        return (
            f"{place} is in the way: Python finds it before hitscout's own {layer!r}. "
            "Use the installed command `hitscout`, run `python -P -m hitscout`, or start Python in another folder."
        )
    return ""


def __getattr__(name: str) -> Any:  # noqa: ANN401 – a class or a tool
    """The classes and tools of the public face, imported when they are first asked for."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    in_the_way = _foreign_folder()
    if in_the_way:
        raise ImportError(in_the_way)
    from importlib import import_module

    layer, module = places().get(name, ("", ""))
    if not module:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module, layer), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The names that a script may use."""
    return sorted([*places(), "main"])


if __name__ == "__main__":
    main()
