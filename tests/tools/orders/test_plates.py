"""Plates: everything once a replicate, edges free, controls on each plate and spread over its quarters and columns."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from matplotlib.figure import Figure

from db.errors import InvalidValueError
from tools.orders.options import SHAPES, Plating
from tools.orders.plates.contents import contents_of, counts_of
from tools.orders.plates.drawing import draw_plates
from tools.orders.plates.layout import laid_out
from tools.orders.plates.room import plates_needed


def contents(nominated: int, **controls: int) -> pd.DataFrame:
    kinds = ["nomination"] * nominated
    for kind, count in controls.items():
        kinds += [kind.replace("_", "-")] * count
    names = [f"{kind}{number}" for number, kind in enumerate(kinds)]
    texts = dict.fromkeys(("gene", "sequence", "source_plate", "source_well"), "")
    return pd.DataFrame({"kind": kinds, "perturbation": names, "guide": names, **texts, "rank": pd.NA})


MANY = contents(1_900, non_targeting=60, safe=20, essential=20)


def test_two_thousand_wells_lie_each_once_inside_the_edges():
    frame = laid_out(MANY, Plating(), seed=3)
    assert sorted(frame["guide"]) == sorted(MANY["guide"])
    assert not frame.duplicated(["plate", "well"]).any()
    assert frame["row"].between(2, 15).all()
    assert frame["column"].between(2, 23).all()
    assert frame["plate"].nunique() == plates_needed(1_900, {"a": 60, "b": 20, "c": 20}, Plating()) == 7
    first = frame.iloc[0]
    assert first["well"] == f"{'ABCDEFGHIJKLMNOP'[first['row'] - 1]}{first['column']:02d}"


def test_used_edges_fill_the_whole_plate():
    frame = laid_out(contents(94, non_targeting=2), Plating(plate=96, edges="used"), seed=0)
    assert (frame["plate"].nunique(), len(frame), frame["row"].max(), frame["column"].max()) == (1, 96, 8, 12)


def test_controls_of_each_kind_differ_by_one_at_most_between_plates_and_between_quarters():
    frame = laid_out(MANY, Plating(), seed=1)
    for kind, group in frame.groupby("kind"):
        per_plate = group["plate"].value_counts()
        assert per_plate.max() - per_plate.min() <= 1, kind
        assert set(per_plate.index) == set(frame["plate"])
    controls = frame[frame["kind"] != "nomination"]
    rows, columns = SHAPES[384]
    for _, group in controls.groupby(["plate", "kind"]):
        quarters = Counter(zip(group["row"] > rows // 2, group["column"] > columns // 2, strict=True))
        counts = [quarters[left, right] for left in (False, True) for right in (False, True)]
        assert max(counts) - min(counts) <= 1
    for _, group in controls.groupby("plate"):
        # Fifteen controls in twenty-two columns: none has more than one, for the column with the fewest comes first.
        assert group["column"].value_counts().max() == 1


def test_a_control_that_is_rarer_than_plates_is_used_again():
    frame = laid_out(contents(700, essential=1), Plating(), seed=0)
    essential = frame[frame["kind"] == "essential"]
    assert frame["plate"].nunique() == 3
    assert sorted(essential["plate"]) == ["P1", "P2", "P3"]
    assert essential["guide"].nunique() == 1


def test_the_seed_decides_and_replicates_lie_as_they_were_asked_to():
    one, again, other = (laid_out(MANY, Plating(), seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert (one["guide"] != other["guide"]).any()
    for positions, moved in (("same", 0.0), ("different", 0.9)):
        frame = laid_out(MANY, Plating(replicates=2, positions=positions), seed=1)
        first, second = (frame[frame["replicate"] == number].set_index("guide")["well"] for number in (1, 2))
        assert set(frame["plate"]) == {f"R{r}-P{p}" for r in (1, 2) for p in range(1, 8)}
        differ = (first.sort_index() != second.sort_index()).mean()
        assert differ == 0.0 if positions == "same" else differ > moved


def test_plates_that_are_too_few_say_what_fits():
    with pytest.raises(InvalidValueError, match="2,000 wells in 2 replicates do not fit on 7 plates of 384") as refused:
        laid_out(MANY, Plating(replicates=2, most_plates=7), seed=0)
    assert "a plate takes 308, 2,156 in all" in str(refused.value)
    assert "most_plates=14" in refused.value.suggestion
    assert laid_out(MANY, Plating(replicates=2, most_plates=14), seed=0)["plate"].nunique() == 14
    with pytest.raises(InvalidValueError, match="no plate of 100"):
        Plating(plate=100)


def test_a_well_may_hold_all_guides_of_a_gene():
    guides = pd.DataFrame(
        {
            "kind": ["nomination"] * 4 + ["non-targeting"] * 5,
            "perturbation": ["A", "A", "B", "B", *["non-targeting"] * 5],
            "gene": ["A", "A", "B", "B", *[""] * 5],
            "guide": list("abcdefghi"), "sequence": list("abcdefghi"), "source_plate": "", "source_well": "", "rank": 1,
        }
    )  # fmt: skip
    made = contents_of(guides, "gene", 2)
    assert made["guide"].tolist() == ["a; b", "c; d", "e; f", "g; h", "i"]
    assert counts_of(made) == (2, {"non-targeting": 3})
    assert counts_of(contents_of(guides, "guide", 2)) == (4, {"non-targeting": 5})


def test_a_picture_shows_each_kind_in_a_colour_and_a_shape_of_its_own():
    figure = Figure()
    draw_plates(figure, laid_out(MANY, Plating(), seed=0), 384)
    plates = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in plates] == [f"P{number}" for number in range(1, 8)]
    # All wells, then one mark for each kind that there is.
    drawn = [line for line in plates[0].lines[1:] if len(line.get_xdata())]
    assert len({(line.get_color(), line.get_marker()) for line in drawn}) == 4
    assert sum(len(line.get_xdata()) for axes in plates for line in axes.lines[1:]) == 2_000
    (legend,) = figure.legends
    assert legend.get_texts()[0].get_text() == "nomination (1,900)"
