"""The wheel, as a user installs it: whole, and unharmed by a folder of the same name."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUR_NAMES = {"db", "tools", "agent", "tui", "hitscout"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("hitscout-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are read from the running one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # A path line in a .pth file is not searched for further .pth files, so the editable install stays out of sight.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel], check=True
    )
    return folder


def run(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / "bin" / "python", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_wheel_carries_schema_packs_styles_and_the_face(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "hitscout.py" in names
    assert "db/schema/0001_initial.sql" in names
    assert "tui/chat/style.tcss" in names
    assert any(name.startswith("tools/packs/") and name.endswith(".toml") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_the_command_works_in_a_folder_with_its_own_tools(installed, tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("raise RuntimeError('the wrong tools')")
    command = installed / "bin" / "hitscout"
    result = subprocess.run([command, "fetch", "--list"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "hgnc" in result.stdout


def test_a_script_beside_a_foreign_tools_folder_is_told_which_folder_is_in_the_way(installed, tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    result = run(installed, "-m", "hitscout", "fetch", "--list", cwd=tmp_path)
    assert result.returncode == 1
    assert str(tmp_path / "tools") in result.stderr
    assert "Traceback" not in result.stderr


def test_the_installed_code_is_the_wheels_and_not_the_checkouts(installed, tmp_path):
    result = run(installed, "-c", "import db; print(db.__file__)", cwd=tmp_path)
    assert str(installed) in result.stdout


def test_no_dependency_ships_one_of_our_names():
    owners = importlib.metadata.packages_distributions()
    taken = {name: set(owners.get(name, [])) - {"hitscout"} for name in OUR_NAMES}
    assert not any(taken.values()), taken
