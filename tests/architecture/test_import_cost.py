"""What `hitscout --help` may load: a help text that takes a second is not read."""

from __future__ import annotations

import subprocess
import sys

SLOW = {
    "pandas", "numpy", "scipy", "sklearn", "duckdb", "openpyxl", "rdata", "plotext", "gseapy", "matplotlib",
    "anthropic", "openai", "pydantic", "pydantic_ai", "textual",
}  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has loaded after `code`."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in result.stderr.split()}


def test_the_help_text_loads_nothing_slow():
    loaded = loaded_by("import hitscout; sys.argv = ['hitscout', '--help']; hitscout.main()")
    assert "typer" in loaded, "the help text was not made"
    assert loaded & SLOW == set()


def test_importing_the_face_loads_nothing_but_the_standard_library():
    loaded = loaded_by("import hitscout")
    assert "hitscout" in loaded
    assert loaded & (SLOW | {"typer", "rich", "tools", "db", "tui"}) == set()


def test_whether_a_table_is_one_of_cells_is_asked_without_a_library():
    code = "from pathlib import Path; from db.files.cells.recognition import is_cells; assert not is_cells(Path({}))"
    loaded = loaded_by(code.format(repr(__file__)))
    assert "db" in loaded
    assert loaded & (SLOW | {"h5py"}) == set()


def test_screens_are_read_without_what_only_cells_need():
    loaded = loaded_by("import db.screens.reading, db.screens.responses")
    assert "duckdb" in loaded
    assert loaded & {"scipy", "h5py"} == set()
