"""One word, one meaning: the reserved words, checked where that is cheap."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    ROOT / "hitscout.py",
    *(path for layer in ("db", "tools", "agent", "tui") for path in (ROOT / layer).rglob("*.py")),
]
RULES = {
    r"(?<!language )(?<!language_)(?<!--)(?<!/)\bmodels?\b": "say predictor or language model",
    r"\bbatch(es)?\b(?! effect)": "a batch is a technical batch only: say round, shortlist or chunk",
    r"\bdatasets?\b": "say study, screen or pack",
    r"\bknock-?outs? genes?\b": "say perturbation",
    r"\bexperiments? id\b": "say screen",
}

FOREIGN = {ROOT / "tools/expression/perturb_seq/cells_grouped/strata.py": {"batch", "dataset"}}
"""File → names of columns in other people's files that it looks for."""


def words_of(path: Path) -> list[tuple[int, str]]:
    """Names and texts of a source file, with their lines; code in other people's words (imports) is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node.lineno, node.value))
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append((node.lineno, node.name.replace("_", " ")))
        elif isinstance(node, ast.arg):
            found.append((node.lineno, node.arg.replace("_", " ")))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_reserved_words_keep_their_meaning(path):
    broken = [
        f"{path.name}:{line}: {match[0]!r} in {text.strip()[:80]!r}: {advice}"
        for line, text in words_of(path)
        for pattern, advice in RULES.items()
        if text not in FOREIGN.get(path, ()) and (match := re.search(pattern, text, re.IGNORECASE))
    ]
    assert broken == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_enough_to_be_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420
