"""The plan of the house: what a folder holds, what its face says, and what stays inside it."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import tools
from tools import registry

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("agent", "db", "tools", "tui")
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})
TOOL_FOLDERS = sorted({ROOT / "tools", *(p for p in (ROOT / "tools").rglob("*") if p.is_dir() and p.name[0] != "_")})


def place(path: Path) -> str:
    """A file or folder as modules are named."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(path: Path) -> list[tuple[str, str]]:
    """Module and name of each of our own things that a file imports, however deep."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in LAYERS:
            found += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names if alias.name.split(".")[0] in LAYERS]
    return found


def test_tools_has_few_files_and_folders_of_its_own():
    inside = [path for path in (ROOT / "tools").iterdir() if not path.name.startswith(("__pycache__", "."))]
    assert len([path for path in inside if path.is_file()]) <= 8
    assert len([path for path in inside if path.is_dir()]) <= 18


@pytest.mark.parametrize("folder", TOOL_FOLDERS, ids=place)
def test_a_folder_of_tools_is_taken_in_at_one_look(folder):
    assert len([path for path in folder.iterdir() if path.is_file()]) <= 16


@pytest.mark.parametrize("folder", FOLDERS, ids=place)
def test_a_folders_face_says_in_one_sentence_what_it_is_for(folder):
    face = folder / "__init__.py"
    assert face.is_file(), f"{place(folder)} has no face"
    said = (ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    assert re.fullmatch(r"[A-Z][^.\n]*\.", said), said
    assert len(said.split()) >= 4


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_name_with_an_underscore_stays_in_its_folder(path):
    own = path.parent.relative_to(ROOT).as_posix().replace("/", ".")
    strangers = [
        f"{module}.{name}"
        for module, name in imported(path)
        if any(part.startswith("_") for part in [*module.split("."), name])
        and not (module == own or module.rpartition(".")[0] == own)
    ]
    assert strangers == []


@pytest.mark.parametrize("family", registry.FAMILIES)
def test_a_method_imports_no_other_method_of_its_family(family):
    home = f"tools.{registry.FAMILIES[family]}"
    methods = registry.names(family)
    assert methods
    folder = ROOT.joinpath(*home.split("."))
    for path in folder.glob("*.py"):
        if path.stem.startswith("_"):
            continue
        known = {f"{module}.{name}" for module, name in imported(path)} | {module for module, _ in imported(path)}
        siblings = {f"{home}.{method}" for method in methods if method != path.stem}
        assert not known & siblings, f"{home}.{path.stem} knows its siblings {sorted(known & siblings)}"


@pytest.mark.parametrize("subject", tools.SUBJECTS)
def test_a_subjects_face_names_tools_that_it_defines(subject):
    face = import_module(f"tools.{subject}")
    tables = [*getattr(face, "READING", {}).items(), *getattr(face, "WRITING", {}).items()]
    assert tables, f"tools.{subject} names no tool"
    for name, module in tables:
        tool = getattr(import_module(module, face.__name__), name)
        assert inspect.unwrap(tool).__module__ == f"tools.{subject}{module}", f"{name} is defined elsewhere"


def test_each_subject_with_tools_is_listed():
    faces = {path.parent.name for path in (ROOT / "tools").glob("*/__init__.py") if "ING = {" in path.read_text()}
    assert faces == set(tools.SUBJECTS)
