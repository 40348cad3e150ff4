"""The public face: what scripts import, and what stands in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(code: str, cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def foreign(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    (made / "__init__.py").write_text("raise RuntimeError('the wrong one was imported')")
    return made


def test_classes_and_tools_are_found_by_name(tmp_path):
    code = (
        "import hitscout\n"
        "from hitscout import Store, Workspace, Question, gene_card, add_screen, shortlist\n"
        "print(hitscout.Workspace is Workspace, shortlist.__name__, 'replay' in dir(hitscout))\n"
    )
    result = run(code, tmp_path)
    assert result.stdout.split() == ["True", "shortlist", "True"], result.stderr


def test_every_name_of_the_face_exists():
    import hitscout

    for name in dir(hitscout):
        assert getattr(hitscout, name) is not None


def test_an_unknown_name_is_an_attribute_error(tmp_path):
    result = run("import hitscout\ntry:\n    hitscout.nope\nexcept AttributeError as e:\n    print(e)", tmp_path)
    assert "nope" in result.stdout


@pytest.mark.parametrize("layer", ["db", "tools", "agent", "tui"])
def test_a_script_beside_a_foreign_folder_is_told_which_one_and_what_to_do(tmp_path, layer):
    folder = foreign(tmp_path, layer)
    result = run("import hitscout; hitscout.Store", tmp_path)
    message = result.stderr.splitlines()[-1]
    assert message.startswith("ImportError")
    assert str(folder) in message
    assert "python -P" in message


def test_the_command_line_beside_a_foreign_folder_is_one_line_and_exit_1(tmp_path):
    folder = foreign(tmp_path, "tools")
    result = run("import sys; sys.argv=['hitscout', '--help']; import hitscout; hitscout.main()", tmp_path)
    assert result.returncode == 1
    assert str(folder) in result.stderr
    assert "Traceback" not in result.stderr


def test_a_foreign_module_file_or_one_already_imported_is_noticed_too(tmp_path):
    (tmp_path / "tui.py").write_text("")
    result = run("import hitscout; hitscout.main()", tmp_path)
    assert str(tmp_path / "tui.py") in result.stderr
    code = "import sys, types; sys.modules['db'] = types.ModuleType('db'); import hitscout; hitscout.main()"
    result = run(code, tmp_path, "-P")
    assert result.returncode == 1
    assert "'db'" in result.stderr


def test_a_folder_without_init_is_not_in_the_way(tmp_path):
    (tmp_path / "tools").mkdir()
    result = run("import hitscout; print(hitscout.Question.__name__)", tmp_path)
    assert result.stdout == "Question\n", result.stderr


def test_python_without_its_working_folder_is_the_way_out_that_the_message_names(tmp_path):
    foreign(tmp_path, "tools")
    result = run("import hitscout; print(hitscout.Store.__name__)", tmp_path, "-P")
    assert result.stdout == "Store\n", result.stderr
