"""Results: partial, corrected, wrong and later files, and where their effects come to lie."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from db.screens.reading import list_screens
from db.view import View
from tests.campaign_world import FAST, TRUTH, confirmed, manifest, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.state import load_state


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def effects(world):
    state = load_state(world.store, campaign_show(world).campaign)
    return state.effects.set_index("perturbation")


def record(world, path, **options):
    return campaign_record(world, path, **{"positive_means": "raises", **options})


def test_the_first_round_sets_the_scale_and_its_effects_stay_as_in_the_file(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    done = record(world, write_results(tmp_path / "r1.csv", chosen))
    assert (done.round, done.revision, done.measured) == (1, 1, 12)
    assert (done.missing, done.dropped, done.others, done.lost) == ((), (), (), ())
    assert "set the scale" in done.placement
    assert np.allclose(effects(world).loc[chosen, "estimate"], TRUTH[chosen], rtol=0, atol=1e-12)
    assert campaign_show(world).rounds[0].state == "measured"
    assert {n.outcome for n in campaign_show(world).rounds[0].nominations} == {"measured"}


def test_a_later_round_of_another_gain_and_offset_comes_to_lie_on_the_same_scale(world, tmp_path):
    started(world)
    record(world, write_results(tmp_path / "r1.csv", confirmed(world)))
    second = confirmed(world)
    done = record(world, write_results(tmp_path / "r2.csv", second, factor=0.25, shift=3.0))
    assert "placed by 30 negative controls" in done.placement
    assert "× 4 " in done.placement
    assert "− 12" in done.placement
    assert np.allclose(effects(world).loc[second, "estimate"], TRUTH[second], rtol=0, atol=1e-9)


def test_a_round_is_placed_by_the_controls_that_were_measured_before_the_campaign(world, tmp_path):
    measured = write_results(tmp_path / "mine.csv", SYMBOLS[:200])
    started(world, measured=str(measured), positive_means="raises")
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first, factor=10.0, shift=-1.0))
    assert np.allclose(effects(world).loc[first, "estimate"], TRUTH[first], rtol=0, atol=1e-9)
    assert set(effects(world)["round"]) == {0, 1}


def test_a_declared_round_is_taken_as_it_is(world, tmp_path):
    started(world)
    record(world, write_results(tmp_path / "r1.csv", confirmed(world)))
    second = confirmed(world)
    file = write_results(tmp_path / "r2.csv", second, factor=0.25, shift=3.0, controls=0)
    before = manifest(world)
    with pytest.raises(NeedsChoiceError, match="has 0 negative controls"):
        record(world, file)
    assert manifest(world) == before
    done = record(world, file, placement="declared")
    assert "as declared" in done.placement
    assert np.allclose(effects(world).loc[second, "estimate"], TRUTH[second] * 0.25 + 3.0, rtol=0, atol=1e-9)


def test_without_controls_in_the_first_round_later_ones_can_only_be_declared(world, tmp_path):
    started(world)
    done = record(world, write_results(tmp_path / "r1.csv", confirmed(world), controls=0))
    assert "by declaration only" in done.placement
    file = write_results(tmp_path / "r2.csv", confirmed(world))
    with pytest.raises(NeedsChoiceError, match="Nothing that was measured before has negative controls"):
        record(world, file)
    assert record(world, file, placement="declared").measured == 12


def test_named_controls_are_controls(world, tmp_path):
    started(world)
    file = write_results(tmp_path / "r1.csv", confirmed(world))
    file.write_text(file.read_text().replace("NTC_", "blank "))
    done = record(world, file, controls=[f"blank {i}" for i in range(1, 31)])
    assert "30 negative controls set the scale" in done.placement


def test_missing_nominations_return_to_the_candidates_with_a_flag(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    done = record(world, write_results(tmp_path / "r1.csv", chosen[:9]))
    assert (done.measured, done.missing) == (9, tuple(chosen[9:]))
    again = {n.perturbation: n.flags for n in campaign_propose(world, size=591, predictor=FAST).nominations}
    assert {name for name, flags in again.items() if "missing-before" in flags} == set(chosen[9:])


def test_dropped_nominations_do_not_return(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    done = record(world, write_results(tmp_path / "r1.csv", chosen[:9]), dropped=True)
    assert (done.missing, done.dropped) == ((), tuple(chosen[9:]))
    with pytest.raises(InvalidValueError, match="589 was asked for, but only 588"):
        campaign_propose(world, size=589)
    assert not {n.perturbation for n in campaign_propose(world, size=588, predictor=FAST).nominations} & set(chosen)


def test_genes_that_were_not_nominated_are_refused_unless_allowed(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    stranger = next(name for name in SYMBOLS if name not in chosen)
    file = write_results(tmp_path / "r1.csv", [*chosen, stranger])
    before = manifest(world)
    with pytest.raises(InvalidValueError, match=f"1 genes that round 1 did not nominate: {stranger}"):
        record(world, file)
    assert manifest(world) == before
    assert campaign_show(world).rounds[0].state == "confirmed"
    done = record(world, file, allow_others=True)
    assert (done.measured, done.others) == (12, (stranger,))
    assert stranger not in {n.perturbation for n in campaign_propose(world, size=587, predictor=FAST).nominations}


def test_positive_controls_are_expected_in_a_file(world, tmp_path):
    started(world, positive_controls=["GENE0100"])
    chosen = [name for name in confirmed(world) if name != "GENE0100"]
    done = record(world, write_results(tmp_path / "r1.csv", [*chosen, "GENE0100"]))
    assert done.others in ((), ("GENE0100",))


def test_a_file_of_another_round_is_refused(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    file = write_results(tmp_path / "r1.csv", [name for name in SYMBOLS if name not in chosen][:12])
    with pytest.raises(InvalidValueError, match="none of the 12 genes"):
        record(world, file, allow_others=True)


def test_a_corrected_file_counts_and_the_first_one_is_kept(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", chosen))
    wrong, lost = chosen[0], chosen[-1]
    fixed = write_results(tmp_path / "r1-fixed.csv", chosen[:-1], changes={wrong: 42.0})
    done = record(world, fixed)
    assert (done.revision, done.lost, done.missing) == (2, (lost,), (lost,))
    assert effects(world).loc[wrong, "estimate"] == 42.0
    assert lost not in effects(world).index
    shown = campaign_show(world)
    assert [line.split(",")[:2] for line in shown.results] == [["round 1", " revision 1"], ["round 1", " revision 2"]]
    from tools.evidence import open_evidence

    history = open_evidence(world, f"result:{shown.rounds[0].id}:{wrong}").facts["history"]
    assert history == {"1": pytest.approx(TRUTH[wrong]), "2": 42.0}
    back = record(world, tmp_path / "r1.csv")
    assert (back.revision, back.recognised) == (3, False)
    assert effects(world).loc[wrong, "estimate"] == pytest.approx(TRUTH[wrong])


def test_a_correction_of_the_first_round_stays_on_the_scale_that_later_rounds_lie_on(world, tmp_path):
    started(world)
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first))
    second = confirmed(world)
    record(world, write_results(tmp_path / "r2.csv", second, factor=2.0))
    record(world, write_results(tmp_path / "r1b.csv", first, factor=7.0, shift=1.0), round=1)
    assert np.allclose(effects(world).loc[[*first, *second], "estimate"], TRUTH[[*first, *second]], atol=1e-9)


def test_the_same_file_again_is_recognised_and_writes_nothing(world, tmp_path):
    started(world)
    file = write_results(tmp_path / "r1.csv", confirmed(world))
    first = record(world, file)
    before = manifest(world)
    again = record(world, file)
    assert (again.recognised, again.revision) == (True, 1)
    assert again.hits == first.hits
    assert manifest(world) == before


def test_results_need_a_confirmed_round(world, tmp_path):
    started(world)
    file = write_results(tmp_path / "r1.csv", SYMBOLS[:5])
    with pytest.raises(NotFoundError, match="no round yet"):
        record(world, file)
    made = campaign_propose(world, predictor=FAST)
    file = write_results(tmp_path / "r1.csv", [n.perturbation for n in made.nominations])
    with pytest.raises(ConflictError, match="is open, so it cannot be recorded"):
        record(world, file)
    with pytest.raises(NotFoundError, match="no round 2"):
        record(world, file, round=2)


def test_a_file_that_does_not_say_what_positive_means_is_asked_about(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    file = write_results(tmp_path / "r1.csv", chosen)
    before = manifest(world)
    with pytest.raises(NeedsChoiceError, match="positive"):
        campaign_record(world, file)
    assert manifest(world) == before
    record(world, file, positive_means="lowers")
    assert np.allclose(effects(world).loc[chosen, "estimate"], -TRUTH[chosen], atol=1e-12)


def test_an_unreadable_file_leaves_the_round_as_it_was(world, tmp_path):
    started(world)
    confirmed(world)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    before = manifest(world)
    with pytest.raises(RefusedFileError):
        record(world, empty)
    with pytest.raises(RefusedFileError):
        record(world, tmp_path)
    assert manifest(world) == before


def test_effects_of_another_kind_do_not_share_a_scale(world, tmp_path):
    started(world)
    record(world, write_results(tmp_path / "r1.csv", confirmed(world)))
    file = write_results(tmp_path / "r2.csv", confirmed(world))
    file.write_text(file.read_text().replace("gene,lfc", "gene,z"))
    with pytest.raises(InvalidValueError, match="effects are z, the campaign's are lfc"):
        record(world, file, columns={"gene": "gene", "estimate": "z"})


def test_results_are_never_seen_by_other_predictions(world, tmp_path):
    started(world)
    record(world, write_results(tmp_path / "r1.csv", confirmed(world)))
    assert [screen.name for screen in View(world.store).screens()] == ["alpha", "beta"]
    own = [screen for screen in list_screens(world.store, campaigns=True) if screen.campaign_id is not None]
    assert [screen.name for screen in own] == ["pilot results"]


def test_hits_of_a_share_are_told_by_the_effects_measured_before(world, tmp_path):
    measured = write_results(tmp_path / "mine.csv", SYMBOLS[:400])
    started(world, measured=str(measured), positive_means="raises", hit_rule="top 5%", size=30)
    chosen = confirmed(world)
    done = record(world, write_results(tmp_path / "r1.csv", chosen))
    bound = TRUTH[SYMBOLS[:400]].abs().nlargest(20).min()
    assert set(done.hits) == {name for name in chosen if abs(TRUTH[name]) >= bound}
    assert "among the 400 measured before round 1" in done.rule


def test_hits_of_a_share_are_told_by_the_controls_where_nothing_was_measured_before(world, tmp_path):
    started(world, hit_rule="top 5%", direction="lowers", size=60)
    chosen = confirmed(world)
    done = record(world, write_results(tmp_path / "r1.csv", chosen, controls=400))
    controls = np.random.default_rng(5).standard_normal(400)
    centre = np.median(controls)
    bound = abs(centre) + 1.6448536 * 1.4826 * np.median(np.abs(controls - centre))
    assert set(done.hits) == {name for name in chosen if TRUTH[name] <= -bound}
    assert "beyond 95% of the negative controls" in done.rule


def test_a_rule_on_fdr_uses_the_fdr_of_the_file(world, tmp_path):
    started(world, hit_rule="fdr<0.05")
    chosen = confirmed(world)
    rows = [f"{name},1.0,{0.01 if i < 3 else 0.5}" for i, name in enumerate(chosen)]
    file = tmp_path / "r1.csv"
    file.write_text("\n".join(["gene,lfc,fdr", *rows]) + "\n")
    assert record(world, file).hits == tuple(sorted(chosen[:3]))


def test_a_rule_on_fdr_without_an_fdr_says_so(world, tmp_path):
    started(world, hit_rule="fdr<0.05")
    done = record(world, write_results(tmp_path / "r1.csv", confirmed(world)))
    assert done.hits == ()
    assert "no result has an FDR" in done.rule
