"""A screen that was written to a file and added again has the same numbers."""

from __future__ import annotations

import re
from ast import literal_eval

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, RefusedFileError
from db.screens.reading import controls_of, effects_of
from tests.campaign_world import new_workspace
from tests.synthetic_store import SYMBOLS
from tools.screens.export import screen_export
from tools.screens.ingestion.adding import add_screen
from tools.screens.listing import screen_list

NUMBERS = ["estimate", "standard_error", "p_low", "p_high", "fdr_low", "fdr_high", "guides"]


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path, bare=True)


def write(folder, name="own.csv", header="gene,lfc,se,p,fdr,guides", controls=()):
    rng = np.random.default_rng(8)
    rows = [
        f"{gene},{rng.normal()!r},{rng.uniform(0.1, 1)!r},{rng.uniform()!r},{rng.uniform()!r},{4 + n % 3}"
        for n, gene in enumerate(SYMBOLS[:80])
    ]
    width = header.count(",")
    rows = [",".join(row.split(",")[: width + 1]) for row in rows]
    rows += [",".join([label, repr(rng.normal()), *[""] * (width - 1)]) for label in controls]
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def said_of(note: str) -> dict:
    """The options of the call that a note names."""
    call = re.search(r"`add_screen\((.*)\)`(?: with `(.*)`)?\.$", note)
    parts = [part for group in call.groups() if group for part in re.split(r", (?=\w+=)", group)]
    return literal_eval("{" + ", ".join(re.sub(r"^(\w+)=", r"'\1': ", part) for part in parts[1:]) + "}")


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "parquet"])
@pytest.mark.parametrize("meaning", ["raises", "lowers"])
def test_what_is_exported_is_read_back_as_its_note_says_with_the_same_numbers(workspace, tmp_path, ending, meaning):
    first = add_screen(
        workspace, write(tmp_path, controls=[f"NTC_{n}" for n in range(25)]), phenotype="CD69 level", name="first",
        positive_means=meaning, cell_type="T cells", study="Ours", hit_rule="fdr<0.3",
    )  # fmt: skip
    out = tmp_path / f"copy.{ending}"
    done = screen_export(workspace, "first", out)
    assert (done.perturbations, done.controls, done.rows) == (80, 25, 105)
    second = add_screen(workspace, out, name="second", **said_of(done.notes[0]))
    before, after = (effects_of(workspace.store, one.screen.id) for one in (first, second))
    # A workbook holds sixteen digits of a number, the other formats all of it.
    exact = {"rtol": 1e-14} if ending == "xlsx" else {"check_exact": True}
    pd.testing.assert_frame_equal(before[["perturbation", *NUMBERS]], after[["perturbation", *NUMBERS]], **exact)
    pd.testing.assert_frame_equal(*(controls_of(workspace.store, one.screen.id) for one in (first, second)))
    assert second.screen.relation_to(first.screen) == "copy"
    counted = {one.screen.name: one.hits for one in screen_list(workspace)}
    assert counted["first"] == counted["second"] > 0


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("gene,BF", {"positive_means": "lowers"}),
        ("gene,BF", {"positive_means": "raises"}),
        ("gene,castle,se", {"positive_means": "unsigned", "columns": {"estimate": "castle"}}),
        ("gene,z,se,p", {"positive_means": "lowers"}),
        ("gene,place", {"positive_means": "lowers", "estimate_kind": "rank", "columns": {"estimate": "place"}}),
    ],
    ids=["bayes factor, low", "bayes factor, high", "unsigned", "z", "rank"],
)
def test_effects_of_every_kind_come_back_as_they_were(workspace, tmp_path, header, options):
    path = write(tmp_path, header=header)
    if options["positive_means"] == "unsigned":
        path.write_text(path.read_text().replace(",-", ","))
    first = add_screen(workspace, path, phenotype="a", name="first", **options)
    out = tmp_path / "copy.csv"
    done = screen_export(workspace, "first", out)
    second = add_screen(workspace, out, name="second", **said_of(done.notes[0]))
    before, after = (effects_of(workspace.store, one.screen.id) for one in (first, second))
    pd.testing.assert_frame_equal(before[["perturbation", *NUMBERS]], after[["perturbation", *NUMBERS]])
    assert second.screen.side == first.screen.side
    kinds = [one.estimate_kind for one in _contrasts(workspace, first.screen, second.screen)]
    assert kinds[0] == kinds[1]


def _contrasts(workspace, *screens):
    from db.screens.reading import contrasts_of

    return [contrasts_of(workspace.store, one.id)[0] for one in screens]


def test_replicates_are_written_one_by_one_and_are_combined_again_when_they_are_read(workspace, tmp_path):
    one, two = write(tmp_path, "one.csv"), write(tmp_path, "two.csv", header="gene,lfc")
    two.write_text(two.read_text().replace("0.", "1."))
    first = add_screen(workspace, one, phenotype="a", name="first", positive_means="raises", replicate_files=[two])
    out = tmp_path / "both.csv"
    done = screen_export(workspace, "first", out, replicates=True)
    assert done.rows == 160
    second = add_screen(workspace, out, name="second", **said_of(done.notes[0]))
    for singles in (False, True):
        before, after = (effects_of(workspace.store, x.screen.id, replicates=singles) for x in (first, second))
        pd.testing.assert_series_equal(before["estimate"], after["estimate"])


def test_names_of_the_file_stand_beside_approved_ones_and_formulas_are_made_harmless(workspace, tmp_path):
    path = write(tmp_path)
    path.write_text(path.read_text().replace("GENE0003,", "gene0003,") + "=SUM(A1),0.5,,,,\n")
    add_screen(workspace, path, phenotype="a", name="first", positive_means="raises", controls=["=SUM(A1)"])
    out = tmp_path / "copy.csv"
    screen_export(workspace, "first", out)
    frame = pd.read_csv(out)
    assert frame.set_index("gene").loc["GENE0003", "name_in_file"] == "gene0003"
    # No reader would know it as a control, so that it gets a name that says so.
    assert frame.iloc[-1].tolist()[:2] == ["NTC_1", "'=SUM(A1)"]


def test_files_that_are_there_and_endings_that_name_no_format_are_refused(workspace, tmp_path):
    add_screen(workspace, write(tmp_path), phenotype="a", name="first", positive_means="raises")
    out = tmp_path / "copy.csv"
    out.write_text("mine")
    with pytest.raises(RefusedFileError, match="there already"):
        screen_export(workspace, "first", out)
    assert out.read_text() == "mine"
    with pytest.raises(InvalidValueError, match="no format"):
        screen_export(workspace, "first", tmp_path / "copy.doc")
    with pytest.raises(InvalidValueError, match="no single replicates"):
        screen_export(workspace, "first", tmp_path / "copy2.csv", replicates=True)
