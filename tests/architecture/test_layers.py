"""The layers: each imports only from those to its right, deferred imports counted."""

from __future__ import annotations

import graphlib
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tools import registry

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("tui", "agent", "tools", "db")


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(*LAYERS, cache_dir=None)


def test_the_import_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_module_imports_itself_through_others(graph):
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    # Raises CycleError, which names the cycle.
    order = list(graphlib.TopologicalSorter(imports).static_order())
    assert set(order) >= graph.modules


def test_a_familys_base_knows_none_of_its_members(graph):
    bases = {module for module in graph.modules if module.endswith(".base")}
    families = {base.removesuffix(".base") for base in bases}
    assert {f"tools.{place}" for place in registry.FAMILIES.values()} <= families
    for base in bases:
        imported = graph.find_modules_directly_imported_by(base)
        siblings = {m for m in imported if m.startswith(base.removesuffix("base")) and m != base}
        assert not siblings, f"{base} knows its members {siblings}"


def test_only_db_imports_duckdb():
    offenders = [
        str(path.relative_to(ROOT))
        for layer in ("tools", "agent", "tui")
        for path in (ROOT / layer).rglob("*.py")
        if "import duckdb" in path.read_text(encoding="utf-8")
    ]
    assert offenders == []
