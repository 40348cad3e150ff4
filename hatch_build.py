"""Builds the wheel: the four folders of the source become one package, so that none of a user's can be in their way.

A checkout has ``agent/ db/ tools/ tui/`` side by side, and code imports them by these names. In the wheel they lie in
``hitscout/``; here each import statement of theirs is given that package's name. Anything else follows by itself:
modules that are named in strings are named relative to ``__package__`` (checked by `nested`).
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "hitscout"
FACE = "hitscout.py"
LAYERS = ("agent", "db", "tools", "tui")
_ROOT = re.compile(rf"(?<=from |port )({'|'.join(LAYERS)})\b")
_REFERENCE = re.compile(rf"`({'|'.join(LAYERS)})(?=\.\w)")
_PLACE = re.compile(rf"({'|'.join(LAYERS)})(\.[a-z_]\w*)+")
_MAIN = f"""\
\"\"\"``python -m {PACKAGE}`` is the command line.\"\"\"

from {PACKAGE} import main

if __name__ == "__main__":
    main()
"""


class WheelHook(BuildHookInterface[Any]):
    """Puts the four folders and the face into one package; an editable install is left as the checkout is."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes the package in a temporary folder and has it packed.

        Args:
            version: ``editable``, or ``standard`` for a wheel to keep.
            build_data: What hatch packs.
        """
        if version == "editable":
            return
        self._folder = Path(tempfile.mkdtemp())
        build_data["force_include"][str(write_package(Path(self.root), self._folder))] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Removes the temporary folder.

        Args:
            version: As for `initialize`.
            build_data: As for `initialize`.
            artifact_path: The wheel.
        """
        if version != "editable":
            shutil.rmtree(self._folder)


def write_package(root: Path, folder: Path) -> Path:
    """The package as the wheel holds it.

    Args:
        root: The checkout.
        folder: Where to write it.

    Returns:
        Its folder.
    """
    package = folder / PACKAGE
    for layer in LAYERS:
        shutil.copytree(root / layer, package / layer, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(root / FACE, package / "__init__.py")
    for path in sorted(package.rglob("*.py")):
        path.write_text(nested(path.read_text(encoding="utf-8"), str(path.relative_to(package))), encoding="utf-8")
    (package / "__main__.py").write_text(_MAIN, encoding="utf-8")
    (package / "__init__.pyi").write_text(stub(folder), encoding="utf-8")
    (package / "py.typed").touch()
    return package


def nested(source: str, name: str) -> str:
    """Source code with its imports of the four folders made imports of the package's.

    Args:
        source: A module's code.
        name: Its file, for messages.

    Raises:
        ValueError: A module is imported or named in a way that cannot follow.
    """
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        at = getattr(node, "lineno", 0) - 1
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in LAYERS:
            lines[at] = _ROOT.sub(rf"{PACKAGE}.\1", lines[at], count=1)
        elif isinstance(node, ast.Import) and any(alias.name.split(".")[0] in LAYERS for alias in node.names):
            lines[at] = _import(node, lines[at], f"{name}:{node.lineno}")
        elif isinstance(node, ast.Constant) and id(node) not in docstrings and _PLACE.fullmatch(str(node.value)):
            raise ValueError(f"{name}:{node.lineno} names {node.value!r}; name it relative to __package__")
    return _REFERENCE.sub(rf"`{PACKAGE}.\1", "".join(lines))


def _import(node: ast.Import, line: str, where: str) -> str:
    """``import tools`` or ``import tools.x as y``; what binds a name that the code would not find is refused."""
    alias = node.names[0]
    if len(node.names) > 1 or ("." in alias.name and not alias.asname):
        raise ValueError(f"{where}: write `from … import …` in place of {line.strip()!r}")
    if alias.asname:
        return _ROOT.sub(rf"{PACKAGE}.\1", line, count=1)
    # Not `from hitscout import tools`: that would ask the face for a name of its own first.
    return line.replace(f"import {alias.name}", f"import {PACKAGE}.{alias.name} as {alias.name}", 1)


def stub(folder: Path) -> str:
    """Types of the face, whose names are looked up only when they are used.

    Args:
        folder: Where the package was written; its tables of tools are asked in a process of their own.
    """
    asked = f"import json, sys; sys.path.insert(0, {str(folder)!r}); import {PACKAGE} as face"
    asked += "; print(json.dumps(face.places()))"
    command = [sys.executable, "-I", "-B", "-c", asked]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 – our own words
    rows = [f"from {layer}{module} import {name} as {name}\n" for name, (layer, module) in json.loads(answer).items()]
    return "".join(sorted(rows)) + "\ndef main() -> None: ...\n"
