"""Each folder says what it is for: the first line of its face is one sentence."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FACES = sorted(face for top in ("db", "agent") for face in (ROOT / top).rglob("__init__.py"))


@pytest.mark.parametrize("face", FACES, ids=lambda face: str(face.parent.relative_to(ROOT)))
def test_a_folders_face_begins_with_one_sentence(face):
    told = ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) or ""
    assert re.fullmatch(r"[A-Z][^.]*\.", told.partition("\n")[0]), told
