"""The wheel, as a user installs it: whole, one package, and unharmed by a folder of the same name."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
import sysconfig
import textwrap
import venv
import zipfile
from pathlib import Path

import pytest

from tests.campaign_world import new_workspace, write_results
from tests.synthetic_store import SYMBOLS

ROOT = Path(__file__).resolve().parents[2]
OUR_NAMES = {"db", "tools", "agent", "tui", "hitscout"}
PACKAGE = "hitscout"


@pytest.fixture(scope="module")
def build():
    """What makes the wheel, as a module."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    # A path line in a .pth file is not searched for further .pth files, so the editable install stays out of sight.
    Path(site_packages(folder), "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", "--no-deps", wheel],
        check=True,
    )
    return folder


@pytest.fixture
def crowded(tmp_path) -> Path:
    """A user's folder with modules and folders of our four names."""
    for name in ("db", "tui"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"OWNER = 'the user: {name}'\n")
    for name in ("tools", "agent"):
        (tmp_path / f"{name}.py").write_text(f"OWNER = 'the user: {name}'\n")
    return tmp_path


def site_packages(environment: Path) -> str:
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    command = [environment / "bin" / "python", "-c", asked]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def run(installed: Path, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / "bin" / "python", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_wheel_carries_schema_packs_styles_types_and_the_face(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert f"{PACKAGE}/__init__.py" in names
    assert f"{PACKAGE}/__init__.pyi" in names
    assert f"{PACKAGE}/py.typed" in names
    assert f"{PACKAGE}/agent/instructions.md" in names
    assert f"{PACKAGE}/db/schema/0001_initial.sql" in names
    assert f"{PACKAGE}/tui/chat/style.tcss" in names
    packs = {path.stem for path in (ROOT / "tools" / "packs").rglob("*.toml")}
    assert packs
    assert {Path(name).stem for name in names if name.startswith(f"{PACKAGE}/tools/packs/public/")} >= packs
    assert not any("/tests/" in name or "__pycache__" in name for name in names)


def test_every_name_of_the_face_is_known_to_type_checkers(wheel):
    import hitscout

    stub = zipfile.ZipFile(wheel).read(f"{PACKAGE}/__init__.pyi").decode()
    missing = [name for name in dir(hitscout) if name != "main" and f"import {name} as {name}\n" not in stub]
    assert missing == []
    assert "def main() -> None" in stub


def test_one_package_and_its_record_are_installed(installed):
    there = {path.name for path in Path(site_packages(installed)).iterdir()}
    version = importlib.metadata.version(PACKAGE)
    assert there == {PACKAGE, f"{PACKAGE}-{version}.dist-info", "dependencies.pth"}


def test_a_users_own_modules_of_our_names_and_ours_are_imported_side_by_side(installed, crowded):
    code = "import agent, db, tools, tui; print(agent.OWNER, db.OWNER, tools.OWNER, tui.OWNER)"
    ours = "import hitscout; from hitscout import *; print([getattr(hitscout, n) for n in dir(hitscout)] and 'all')"
    result = run(installed, "-c", f"{code}\n{ours}", cwd=crowded)
    owners = " ".join(f"the user: {name}" for name in ("agent", "db", "tools", "tui"))
    assert result.stdout.splitlines() == [owners, "all"], result.stderr


@pytest.mark.parametrize("command", [["bin/hitscout"], ["bin/python", "-m", "hitscout"]], ids=["command", "module"])
def test_the_command_line_works_in_a_folder_with_its_own_tools(installed, crowded, command):
    command = [installed / command[0], *command[1:], "fetch", "--list"]
    result = subprocess.run(command, cwd=crowded, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "hgnc" in result.stdout


CAMPAIGN = """
import json, sys
from pathlib import Path
from hitscout import (
    HitscoutError, Workspace, campaign_confirm, campaign_export, campaign_propose, campaign_record, campaign_review,
    campaign_start, replay, sql_query, why_not,
)

if __name__ == "__main__":
    workspace = Workspace.open(Path("world.duckdb"))
    campaign_start(workspace, "pilot", "cytokine secretion", size=12)
    proposed = campaign_propose(workspace)
    confirmed = [one.perturbation for one in campaign_confirm(workspace).nominations]
    campaign_export(workspace, Path("order.csv"))
    recorded = campaign_record(workspace, Path("results.csv"), positive_means="raises", allow_others=True)
    played = replay(
        workspace, ["alpha"], size=20, rounds=2, seeds=2, workers=2, controls=False, predictor="mean_baseline",
        pool="all",
    )
    try:
        why_not(workspace, confirmed[0], "nowhere")
    except HitscoutError as error:
        refused = str(error)
    print(json.dumps({
        "proposed": [one.perturbation for one in proposed.nominations], "confirmed": confirmed,
        "measured": recorded.measured, "hits": campaign_review(workspace).hits,
        "effects": sql_query(workspace, "SELECT count(*) FROM effects").rows[0][0],
        "replayed": [one.name for one in played.screens], "refused": refused,
    }))
"""


def test_a_campaign_is_played_from_a_script_in_such_a_folder(installed, crowded):
    new_workspace(crowded)
    write_results(crowded / "results.csv", SYMBOLS)
    (crowded / "play.py").write_text(textwrap.dedent(CAMPAIGN))
    result = run(installed, "play.py", cwd=crowded)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert len(told["proposed"]) == 12
    assert told["confirmed"] == told["proposed"]
    assert told["measured"] == 12
    assert told["effects"] > 0
    assert told["replayed"] == ["alpha"]
    assert "nowhere" in told["refused"]
    assert (crowded / "order.csv").read_text().count("\n") > 12


def test_the_installed_code_is_the_wheels_and_not_the_checkouts(installed, tmp_path):
    result = run(installed, "-c", "import hitscout.db; print(hitscout.db.__file__)", cwd=tmp_path)
    assert str(installed) in result.stdout
    result = run(installed, "-c", "import db", cwd=tmp_path)
    assert "No module named 'db'" in result.stderr


def test_no_dependency_ships_one_of_our_names():
    owners = importlib.metadata.packages_distributions()
    taken = {name: set(owners.get(name, [])) - {"hitscout"} for name in OUR_NAMES}
    assert not any(taken.values()), taken


@pytest.mark.parametrize(
    ("written", "shipped"),
    [
        ("from tools.genes import card\n", "from hitscout.tools.genes import card\n"),
        ("from tools import registry as r\n", "from hitscout.tools import registry as r\n"),
        ("import tools\n", "import hitscout.tools as tools\n"),
        ("import db.store as s\n", "import hitscout.db.store as s\n"),
        ("def f():\n    from db.store import (\n        Store,\n    )\n",
         "def f():\n    from hitscout.db.store import (\n        Store,\n    )\n"),
        ("from toolshed import tools\n", "from toolshed import tools\n"),
        ('"""As `tools.genes.card` says."""\n', '"""As `hitscout.tools.genes.card` says."""\n'),
        ('x = "from tools import names"\n', 'x = "from tools import names"\n'),
    ],
)  # fmt: skip
def test_imports_of_the_four_folders_become_imports_of_the_package(build, written, shipped):
    assert build.nested(written, "x.py") == shipped


@pytest.mark.parametrize(
    "written", ["import tools.genes\n", "import db, tools\n", 'load("tools.genes.card")\n', 'x = ["agent.judge"]\n']
)
def test_a_module_that_could_not_follow_breaks_the_build(build, written):
    with pytest.raises(ValueError, match=r"x\.py:1"):
        build.nested(written, "x.py")
