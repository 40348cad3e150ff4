"""The reliability plot: what its marks mean stands above them, and bars of different screens can be compared."""

from __future__ import annotations

import pytest

from tools.replays.reliability import ReliabilityBin
from tui.layouts.format import page
from tui.layouts.reliability import reliability

BINS = (
    ReliabilityBin(0.1, 0.15, 200, 0.12, 0.25),
    ReliabilityBin(0.3, 0.4, 3, 0.35, 0.5),
    ReliabilityBin(0.7, 1.0, 50, 1.0, 1.0),
)


@pytest.fixture
def plot(monkeypatch):
    """The lines of a plot in a terminal of some columns."""

    def drawn(bins=BINS, columns: int = 120) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        return page(reliability(bins)).splitlines()

    return drawn


@pytest.mark.parametrize("columns", [80, 120])
def test_the_heading_says_what_bar_and_stroke_mean_and_all_fits(plot, columns):
    lines = plot(columns=columns)
    assert lines[0].endswith("observed █, promised | (0–1)")
    assert max(map(len, lines)) <= columns


def test_bars_run_from_zero_to_one_whatever_other_bins_hold(plot):
    alone, among = plot(BINS[:1])[2], plot()[2]
    assert alone == among
    bar = alone.split("0.250  ")[1]
    assert (len(bar), bar.index("|")) == (10, 4)


def test_bins_of_few_nominations_are_hollow_and_a_line_says_why(plot):
    full, hollow, *_, said = plot(BINS[:2])[2:]
    assert "█" in full
    assert "█" not in hollow
    assert hollow.split("0.500  ")[1].count("░") == 19
    assert said == "░ Fewer than 20 nominations: the observed share may be chance."
    assert "░" not in "".join(plot(BINS[:1]))


def test_a_bin_that_was_certain_keeps_its_stroke_inside(plot):
    assert plot()[-2].endswith("█|")


def test_without_bins_there_is_no_plot():
    assert reliability(()) == []
