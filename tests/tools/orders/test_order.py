"""An order: each nomination with its guides, what is missing said, and nothing written where something is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from tests.campaign_world import confirmed, new_workspace, started
from tests.synthetic_store import ESSENTIAL, SYMBOLS
from tests.tools.orders.order_world import LEFT_OUT, invented, write_library
from tools.orders.guide_library import read_guides
from tools.orders.options import Ordering
from tools.orders.order import order_guides


@pytest.fixture
def world(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    library = tmp_path / "candidates.txt"
    # Ten candidates for ten places, two of which have no guides.
    library.write_text("\n".join([*sorted(LEFT_OUT), *SYMBOLS[200:208]]))
    started(workspace, size=10, library=str(library), guides_per_gene=3, coverage=100, price=2.0,
            positive_controls=["GENE0300"])  # fmt: skip
    confirmed(workspace)
    return workspace


@pytest.fixture
def library(tmp_path):
    return write_library(tmp_path / "brunello.txt")


def read(path):
    return pd.read_csv(path, keep_default_na=False)


def test_each_nomination_has_its_best_guides_by_rank_and_a_gene_without_says_so(world, library, tmp_path):
    done = order_guides(world, tmp_path / "guides.csv", library)
    frame = read(done.path)
    best = read_guides(library, Ordering()).guides
    for gene, rows in frame[(frame["kind"] == "nomination") & (frame["sequence"] != "")].groupby("gene"):
        # The library's scores rise with its rows: the last three of five are the best, the best first.
        assert rows["sequence"].tolist() == best[best["listed"] == gene]["sequence"].tolist()[:1:-1]
        assert rows["rank"].nunique() == 1
    missing = frame[frame["flags"] == "no-guides"]
    assert set(missing["gene"]) == LEFT_OUT == set(done.without_guides)
    assert (missing["sequence"] == "").all()
    assert (done.guides, done.controls) == (8 * 3 + 3 + 50, {"non-targeting": 50, "positive": 3})
    assert (done.rows, done.cells, done.price) == (done.guides + 2, done.guides * 100, done.guides * 2.0)
    assert frame["rank"].replace("", "11").astype(float).head(24).is_monotonic_increasing


def test_controls_are_drawn_as_asked_and_a_library_with_fewer_says_so(world, library, tmp_path):
    asked = ("non-targeting:100", "safe:5", "positive:GENE0301+GENE0302")
    done = order_guides(world, tmp_path / "a.csv", library, ordered_controls=asked)
    assert done.controls == {"non-targeting": 60, "positive": 6, "safe": 5}
    assert "100 non-targeting guides were asked for, and brunello.txt has only 60." in done.notes
    none = order_guides(world, tmp_path / "b.csv", library, ordered_controls=["none"])
    assert none.controls == {}
    drawn = []
    for at, seed in enumerate((1, 1, 2)):
        out = tmp_path / f"{at}.csv"
        order_guides(world, out, library, ordered_controls=["safe:5"], layout_seed=seed)
        drawn.append(set(read(out).query("kind == 'safe'")["sequence"]))
    assert drawn[0] == drawn[1] != drawn[2]


def test_essential_controls_are_guides_of_different_core_essential_genes(tmp_path, library):
    workspace = new_workspace(tmp_path)
    candidates = tmp_path / "candidates.txt"
    candidates.write_text("\n".join(SYMBOLS[200:208]))
    started(workspace, size=5, library=str(candidates))
    confirmed(workspace)
    done = order_guides(workspace, tmp_path / "a.csv", library, ordered_controls=["essential:8"])
    genes = read(done.path).query("kind == 'essential'")["gene"]
    assert len(set(genes)) == 8
    assert set(genes) <= set(ESSENTIAL)


def test_a_store_without_essential_genes_says_so(world, library, tmp_path):
    done = order_guides(world, tmp_path / "a.csv", library, ordered_controls=["essential:8"])
    assert done.controls == {}
    assert any("no core essential genes" in note for note in done.notes)


def test_a_guide_that_would_be_cut_comes_after_the_others_of_its_gene(world, tmp_path):
    good, better = invented(2, 9)
    cut = "CACACGTCTCACACACACAC"
    path = tmp_path / "own.csv"
    path.write_text(f"gene,sequence,score\nGENE0200,{cut},0.9\nGENE0200,{better},0.8\nGENE0200,{good},0.7\n")
    done = order_guides(world, tmp_path / "a.csv", path, guides_per_gene=2, overhang="lentiGuide-BsmBI")
    frame = read(done.path).query("sequence != ''")
    assert frame["sequence"].tolist() == [better, good]
    assert frame["oligo"].tolist() == ["CACCG" + better, "CACCG" + good]
    assert done.passed_over == 1
    every = order_guides(world, tmp_path / "b.csv", path, overhang="lentiGuide-BsmBI")
    assert every.flagged == {"site-BsmBI": 1}
    few = order_guides(world, tmp_path / "c.csv", path, guides_per_gene=4)
    assert few.fewer_guides == {"GENE0200": 3}


def test_oligos_are_named_once_each_with_their_overhangs(world, library, tmp_path):
    done = order_guides(world, tmp_path / "pool.csv", library, form="oligos", overhang="lentiGuide-BsmBI-pool")
    frame = read(done.path)
    assert list(frame.columns) == ["name", "sequence"]
    assert frame["name"].is_unique
    assert frame["sequence"].str.fullmatch("CGTCTCACACCG[ACGT]{20}GTTTCGAGACG").all()
    annealed = order_guides(world, tmp_path / "pairs.csv", library, form="oligos", overhang="lentiGuide-BsmBI")
    assert annealed.rows == 2 * done.rows


def test_wells_and_picks_are_of_the_same_plates(world, library, tmp_path):
    options = {"replicates": 2, "plate": 96, "layout_seed": 4}
    wells = order_guides(world, tmp_path / "w.csv", library, form="plates", picture=tmp_path / "w.png", **options)
    picks = order_guides(world, tmp_path / "p.csv", library, form="picks", **options)
    assert (wells.plates, wells.wells) == (4, 2 * 77)
    assert (tmp_path / "w.png").read_bytes().startswith(b"\x89PNG")
    places = read(wells.path).set_index(["plate", "well"])["guide"].to_dict()
    moved = read(picks.path)
    assert {(row.destination_plate, row.destination_well): row.guide for row in moved.itertuples()} == places
    assert moved["transfer"].tolist() == list(range(1, 2 * 77 + 1))


def test_cells_of_the_library_cannot_act_in_a_spreadsheet(world, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(f'gene,id,sequence\nGENE0200,"=HYPERLINK(""x"")",{invented(1, 9)[0]}\n')
    frame = read(order_guides(world, tmp_path / "a.csv", path).path)
    assert frame["guide"][0].startswith("'=")


def test_a_refusal_leaves_no_file_behind(world, library, tmp_path):
    before = {path.name for path in tmp_path.iterdir()}
    strange = tmp_path / "strange.csv"
    strange.write_text(f"gene,sequence\nGENE0599,{invented(1, 9)[0]}\n")
    refused = [
        (InvalidValueError, {"avoid_sites": ["Nope9"]}), (InvalidValueError, {"overhang": "nowhere"}),
        (InvalidValueError, {"ordered_controls": ["nonsense:3"]}),
        (InvalidValueError, {"ordered_controls": ["safe:x"]}),
        (InvalidValueError, {"ordered_controls": ["positive:NOSUCHGENE"]}),
        (InvalidValueError, {"form": "plates", "plate": 96, "most_plates": 1}), (InvalidValueError, {"form": "cake"}),
        (InvalidValueError, {"picture": tmp_path / "a.gif"}),
        (RefusedFileError, {"library": tmp_path / "gone.csv"}),
        (NotFoundError, {"library": strange, "ordered_controls": ["none"]}), (NotFoundError, {"round": 9}),
    ]  # fmt: skip
    for error, options in refused:
        with pytest.raises(error):
            order_guides(world, tmp_path / "a.csv", **{"library": library, **options})
    assert {path.name for path in tmp_path.iterdir()} == before | {"strange.csv"}
    order_guides(world, tmp_path / "a.csv", library)
    with pytest.raises(RefusedFileError, match="is there already"):
        order_guides(world, tmp_path / "a.csv", library)
