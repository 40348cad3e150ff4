"""Every file of a family is one method that meets the family's protocol, argument by argument."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from tools import registry

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = {
    "readers": "ScreenReader",
    "loaders": "PackLoader",
    "features": "FeatureSource",
    "predictors": "Predictor",
    "acquisitions": "Acquisition",
    "response_predictors": "ResponsePredictor",
    "expression_predictors": "ExpressionPredictor",
    "expression_metrics": "Metric",
    "cell_vectors": "CellVectors",
    "cell_heads": "Head",
    "metrics": "Metric",
}
METHODS = [(family, name) for family in PROTOCOLS for name in registry.names(family)]


def public_functions(protocol: type) -> list[str]:
    return [name for name, value in vars(protocol).items() if inspect.isfunction(value) and not name.startswith("_")]


@pytest.mark.parametrize(("family", "name"), METHODS, ids=[f"{family}/{name}" for family, name in METHODS])
def test_a_method_file_meets_its_familys_protocol(family, name):
    protocol = getattr(importlib.import_module(f"tools.{registry.FAMILIES[family]}.base"), PROTOCOLS[family])
    method = registry.load(family, name)
    assert inspect.isclass(method)
    assert inspect.getdoc(method), f"{family}/{name} has no docstring"
    for function in public_functions(protocol):
        wanted = inspect.signature(getattr(protocol, function))
        found = inspect.signature(getattr(method, function))
        assert list(found.parameters) == list(wanted.parameters), f"{family}/{name}.{function}"
    for attribute in vars(protocol).get("__annotations__", {}):
        assert hasattr(method, attribute), f"{family}/{name} lacks {attribute}"


def test_every_family_has_its_protocol_checked():
    assert set(PROTOCOLS) == set(registry.FAMILIES)


def test_a_familys_names_are_listed_without_importing_its_members():
    code = (
        "import sys\n"
        "from tools import registry\n"
        "listed = {f'tools.{place}.{name}' for family, place in registry.FAMILIES.items()"
        " for name in registry.names(family)}\n"
        "print(len(listed), *(listed & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == [str(len(METHODS))]
    for family in registry.FAMILIES:
        assert registry.names(family), f"{family} has no members"
        assert "base" not in registry.names(family)


def test_an_unknown_method_is_refused_with_a_near_name():
    from db.errors import NotFoundError

    with pytest.raises(NotFoundError, match="greedy"):
        registry.load("acquisitions", "gready")
