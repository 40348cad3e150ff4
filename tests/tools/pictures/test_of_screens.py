"""Pictures of screens: what is drawn is what the store holds, and every name can be read."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from db.errors import InvalidValueError, NotFoundError
from db.screens.reading import controls_of, effects_of, get_screen
from tests.campaign_world import add_measured, new_workspace, write_results
from tests.picture_world import boxes, cut, on_figure, overlapping, texts
from tests.synthetic_store import SYMBOLS, module_effects
from tools.genes.card import gene_card
from tools.pictures.controls import controls
from tools.pictures.gene import across_screens
from tools.pictures.rank import plot_rank, rank
from tools.pictures.replicates import replicates
from tools.pictures.screens import likeness, similarity
from tools.pictures.volcano import plot_volcano, volcano
from tools.screens.ingestion.adding import add_screen
from tools.screens.quality import assess


@pytest.fixture
def place(tmp_path):
    return new_workspace(tmp_path)


@pytest.fixture
def measured(place, tmp_path):
    """A screen with p-values: of each gene, and thirty controls."""
    path = write_results(tmp_path / "measured.csv", SYMBOLS)
    lines = path.read_text().splitlines()
    rows = [f"{line},{10 ** -abs(float(line.split(',')[1])):.3g}" for line in lines[1:]]
    path.write_text("\n".join([f"{lines[0]},p", *rows]) + "\n")
    add_screen(place, path, name="measured", phenotype="cytokine", positive_means="raises", hit_rule="top 10%")
    return place


def points(figure, panel: int = 0) -> np.ndarray:
    """Where everything that was scattered lies."""
    return np.vstack([one.get_offsets() for one in figure.axes[panel].collections if len(one.get_offsets())])


def test_a_volcano_shows_each_effect_at_its_two_sided_p(measured):
    picture = volcano(measured, "measured", label=5)
    effects = effects_of(measured.store, get_screen(measured.store, "measured").id)
    expected = np.column_stack([effects["estimate"], -np.log10(10 ** -effects["estimate"].abs())])
    found = points(on_figure(picture))
    assert picture.shown == len(SYMBOLS)
    np.testing.assert_allclose(
        found[np.argsort(found[:, 0])], expected[np.argsort(expected[:, 0])], rtol=0.01, atol=1e-3
    )
    assert len(picture.names) == 5


def test_a_volcano_without_p_values_says_which_picture_there_is_instead(place, tmp_path):
    with pytest.raises(InvalidValueError, match="alpha has neither p-values nor FDR") as refusal:
        plot_volcano(place, "alpha", tmp_path / "a.png")
    assert "`plot_rank('alpha', out=PATH)`" in refusal.value.suggestion
    assert not (tmp_path / "a.png").exists()


def test_a_volcano_takes_the_fdr_where_there_is_no_p(place):
    add_measured(place.store, "with fdr", module_effects([4], 5), fdr=True)
    figure = on_figure(volcano(place, "with fdr"))
    assert figure.axes[0].get_ylabel() == "−log10 FDR"
    assert set(np.round(points(figure)[:, 1], 6)) == {np.round(-np.log10(0.01), 6), np.round(-np.log10(0.9), 6)}


@pytest.mark.parametrize("draw", [volcano, rank])
def test_no_name_covers_another_and_none_is_cut(measured, draw):
    picture = draw(measured, "measured", genes=["gene0300"], label=40)
    figure = on_figure(picture)
    standing = [one.get_text() for one in figure.axes[0].texts if one.get_text() in picture.names]
    assert "GENE0300" in standing
    assert len(standing) >= 10
    assert overlapping(boxes(figure, standing)) == []
    assert cut(figure) == []


@pytest.mark.parametrize("draw", [volcano, rank])
def test_names_that_find_no_place_are_said_and_all_others_stand_in_the_picture(measured, tmp_path, draw):
    tool = {volcano: plot_volcano, rank: plot_rank}[draw]
    found = tool(measured, "measured", tmp_path / "a.svg", label=40)
    standing = (tmp_path / "a.svg").read_text()
    assert len(found.named) + len(found.unnamed) == 40
    assert all(f">{name}<" in standing for name in found.named)
    assert not any(f">{name}<" in standing for name in found.unnamed)


def test_what_is_drawn_is_of_slide_size_and_letters(measured):
    for picture in (volcano(measured, "measured"), rank(measured, "measured"), controls(measured, "measured")):
        figure = on_figure(picture)
        assert tuple(figure.get_size_inches()) == (10.0, 5.6)
        assert min(one.get_fontsize() for one in texts(figure)) >= 13
        assert cut(figure) == []


def test_the_same_store_gives_the_same_bytes(measured, tmp_path):
    for name in ("a.svg", "b.svg", "a.png", "b.png"):
        plot_rank(measured, "measured", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").read_bytes()[1:4] == b"PNG"


def test_a_gene_that_was_not_measured_is_refused_with_near_ones(measured):
    with pytest.raises(NotFoundError, match="measured did not measure 'GENE9999'") as refusal:
        rank(measured, "measured", genes=["GENE9999"])
    assert "Did you mean GENE0" in refusal.value.suggestion
    with pytest.raises(InvalidValueError, match="41 names"):
        rank(measured, "measured", label=41)


def test_a_rank_plot_rises_and_has_the_controls_as_a_band(measured):
    figure = on_figure(rank(measured, "measured", label=0))
    found = points(figure)
    found = found[np.argsort(found[:, 0])]
    assert list(found[:, 0]) == list(range(1, len(SYMBOLS) + 1))
    assert (np.diff(found[:, 1]) >= 0).all()
    assert any("30 negative controls" in one.get_text() for one in texts(figure))


def test_replicates_lie_where_their_effects_are_and_agree_as_scipy_says(place):
    alpha, beta = (
        effects_of(place.store, get_screen(place.store, name).id).set_index("perturbation")["estimate"]
        for name in ("alpha", "beta")
    )
    picture = replicates(place, "alpha", "beta")
    assert f"Spearman {spearmanr(alpha, beta).statistic:.2f}" in picture.title
    found = points(on_figure(picture))
    expected = np.column_stack([alpha, beta.loc[alpha.index]])
    np.testing.assert_allclose(found[np.lexsort(found.T)], expected[np.lexsort(expected.T)])
    assert cut(on_figure(picture)) == []


def test_effects_of_different_kinds_are_drawn_as_ranks(place):
    with place.store.write("test") as connection:
        connection.execute(
            "UPDATE contrast SET estimate_kind = 'z' WHERE screen_id = (SELECT id FROM screen WHERE name = 'beta')"
        )
    picture = replicates(place, "alpha", "beta")
    found = points(on_figure(picture))
    n = len(SYMBOLS)
    np.testing.assert_allclose(np.sort(found[:, 0]), 100 * (np.arange(n) + 0.5) / n)
    assert "ranks are drawn" in picture.notes[-1]


def test_a_screen_against_itself_or_without_replicates_is_refused(place):
    with pytest.raises(InvalidValueError, match="named twice"):
        replicates(place, "alpha", "ALPHA")
    with pytest.raises(InvalidValueError, match="no replicates of its own") as refusal:
        replicates(place, "alpha")
    assert "`plot_replicates('alpha', NAME, out=PATH)`" in refusal.value.suggestion


def test_replicates_of_one_screen_are_drawn_from_its_own_files(place, tmp_path):
    files = [write_results(tmp_path / f"r{n}.csv", SYMBOLS, factor=1 + n, seed=n) for n in (0, 1)]
    add_screen(place, files[0], name="twice", phenotype="cytokine", positive_means="raises", replicate_files=files[1:])
    picture = replicates(place, "twice")
    found = points(on_figure(picture))
    np.testing.assert_allclose(found[:, 1], 2 * found[:, 0], rtol=1e-6)
    assert "Pearson 1.00" in picture.title


def test_controls_are_told_by_the_same_figures_as_the_quality_report(measured):
    screen = get_screen(measured.store, "measured")
    quality = assess(measured.store, screen, {}, {})
    picture = controls(measured, "measured")
    assert f"median {quality.controls_median:.3g}, spread {quality.controls_mad:.3g}" in picture.title
    figure = on_figure(picture)
    labels = [one.get_text().split("\n")[0] for one in figure.axes[0].get_yticklabels()]
    assert labels == ["negative controls", "no hit", "essential genes", "hits that lower", "hits that raise"]
    drawn = figure.axes[0].collections[0].get_offsets()[:, 0]
    np.testing.assert_allclose(np.sort(drawn), np.sort(controls_of(measured.store, screen.id)["estimate"]))


def test_a_screen_without_controls_is_refused_and_told_what_would_help(place):
    with pytest.raises(InvalidValueError, match="0 rows of negative controls") as refusal:
        controls(place, "alpha")
    assert "plot_rank('alpha'" in refusal.value.suggestion


def test_a_gene_lies_at_its_percentile_in_each_screen(measured):
    card = gene_card(measured, "GENE0085")
    picture = across_screens(measured, "gene0085")
    figure = on_figure(picture)
    expected = sorted((100 * one.percentile for one in card.effects), reverse=True)
    np.testing.assert_allclose(points(figure)[-3:, 0], expected, atol=0.01)
    assert picture.shown == 3
    assert cut(figure) == []
    with pytest.raises(NotFoundError):
        across_screens(measured, "NOSUCHGENE")


def test_likeness_is_spearmans_and_like_screens_lie_side_by_side(place):
    effects = module_effects([4, 7], 9)
    add_measured(place.store, "gamma", effects)
    add_measured(place.store, "gamma again", effects + 0.05 * module_effects([], 10))
    found = likeness(place)
    of = {name: effects_of(place.store, get_screen(place.store, name).id)["estimate"] for name in found.names}
    for i, first in enumerate(found.names):
        for j, second in enumerate(found.names):
            assert found.correlations[i, j] == pytest.approx(spearmanr(of[first], of[second]).statistic)
    assert abs(found.names.index("gamma") - found.names.index("gamma again")) == 1


def test_screens_that_share_too_little_have_an_empty_cell(place):
    add_measured(place.store, "few", module_effects([4], 3).iloc[:19])
    found = likeness(place)
    few = found.names.index("few")
    assert np.isnan(np.delete(found.correlations[few], few)).all()
    figure = on_figure(similarity(place))
    assert sum(one.get_text() == "–" for one in figure.axes[1].texts) == 4
    assert cut(figure) == []


def test_one_screen_alone_has_no_likeness(place):
    with pytest.raises(InvalidValueError, match="1 screen"):
        likeness(place, ["alpha", "Alpha"])
