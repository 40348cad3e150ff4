"""Earlier screens of a campaign's own phenotype: said first, heard gene by gene, and what the modes leave of them."""

from __future__ import annotations

import json

import pytest

from agent.serialising import plain
from db.errors import InvalidValueError
from tests.campaign_world import FAST, add_measured, manifest, new_workspace
from tests.synthetic_store import SYMBOLS, add_mouse_genes, module_effects
from tools.campaigns.answers.explanation import why_not
from tools.campaigns.chosen_campaign import pick_campaign
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.start.start import campaign_start
from tools.campaigns.start.start_and_propose import shortlist
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import load_state

EFFECTS = module_effects([4, 7], 21)[:500]
HITS = set(EFFECTS.abs().sort_values(ascending=False).index[:25])


@pytest.fixture
def world(tmp_path):
    """A store in which one screen measured IL-2 in the first 500 genes, 25 of which are hits (the top 5 %)."""
    workspace = new_workspace(tmp_path, bare=True)
    add_measured(workspace.store, "donor", EFFECTS, study="Donor 2020", phenotype="IL-2 secretion")
    return workspace


def start(workspace, name="pilot", **changes):
    given = {"phenotype": "IL2 production", "cell_type": "T cells", "modality": "knockout", "size": 5, **changes}
    return campaign_start(workspace, name, StartOptions(**given))


def candidates(workspace, made) -> set[str]:
    return set(load_state(workspace.store, made.campaign).candidates)


def test_a_campaign_whose_phenotype_is_in_the_store_says_so_first_and_offers_three_ways(world):
    made = start(world)
    assert made.notes[0].startswith(
        "donor measured IL-2 secretion in 500 genes (the same cells; by knockout as here; 25 hits). What it said"
    )
    for mode in ("validate", "extend", "new"):
        assert f"`mode='{mode}'`" in made.notes[0]
    (one,) = made.earlier_screens
    assert (one.screen, one.measured, one.hits, one.cells_are, one.modality_is) == ("donor", 500, 25, "same", "same")
    assert made.candidates == 600


def test_a_shortlist_says_it_first_too_and_in_its_json(world):
    made = shortlist(world, StartOptions(phenotype="IL2 production", size=5), predictor=FAST)
    assert made.notes[0].startswith("donor measured IL-2 secretion in 500 genes (T cells; by knockout; 25 hits)")
    assert json.loads(json.dumps(plain(made.to_json())))["notes"][0] == made.notes[0]


def test_a_phenotype_that_no_screen_measured_says_nothing_of_earlier_screens(world):
    made = start(world, phenotype="tau level")
    assert made.earlier_screens == ()
    assert not any("measured" in note for note in made.notes)


@pytest.mark.parametrize(
    ("mode", "left"),
    [
        ("discover", set(SYMBOLS)),
        ("validate", HITS),
        ("extend", set(SYMBOLS[500:])),
        ("new", set(SYMBOLS) - HITS),
    ],
)
def test_a_mode_leaves_what_it_says_and_its_rounds_hold_nothing_else(world, mode, left):
    made = start(world, mode=mode)
    assert candidates(world, made) == left
    assert made.campaign.settings.mode == mode
    assert json.loads(json.dumps(plain(made.to_json())))["campaign"]["settings"]["mode"] == mode
    names = {one.perturbation for one in campaign_propose(world, size=20, predictor=FAST).nominations}
    assert names <= left
    if mode != "discover":
        assert made.notes[1] == (
            f"`mode={mode!r}` leaves {600 - len(left)} of the library out; `mode='discover'` leaves none out."
        )


def test_a_mouse_screen_is_one_of_human_genes_by_their_orthologs_and_none_without(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    add_mouse_genes(workspace.store, SYMBOLS[:450])
    effects = EFFECTS.set_axis([name.title() for name in EFFECTS.index])
    add_measured(workspace.store, "mice", effects, study="Mouse 2020", phenotype="IL-2 secretion", organism="mouse")
    made = start(workspace, mode="validate")
    assert made.earlier_screens[0].measured == 450
    assert candidates(workspace, made) == {name for name in HITS if name in set(SYMBOLS[:450])}
    with workspace.store.write("test") as connection:
        connection.execute("DELETE FROM ortholog")
    assert start(workspace, "again").earlier_screens == ()


def test_chances_do_not_depend_on_what_a_mode_leaves_out(tmp_path):
    world = new_workspace(tmp_path)
    add_measured(world.store, "donor", EFFECTS, study="Donor 2020", phenotype="IL-2 secretion")
    start(world, "all")
    start(world, "hits", mode="validate")
    whole, hits = (
        {one.perturbation: one.hit_probability for one in campaign_propose(world, name, size=size).nominations}
        for name, size in (("all", 550), ("hits", 20))
    )
    assert hits == pytest.approx({name: whole[name] for name in hits})


def test_why_not_says_what_a_mode_left_out_and_a_reason_of_one_s_own_comes_first(world, tmp_path):
    hit, miss = sorted(HITS)[0], next(name for name in SYMBOLS if name not in HITS)
    listed = tmp_path / "no.csv"
    listed.write_text(f"gene,reason\n{miss},toxic\n")
    start(world, "a", mode="validate", exclude=listed)
    assert "excluded: toxic" in why_not(world, miss, "a").verdict
    other = next(name for name in SYMBOLS[1:] if name not in HITS and name != miss)
    assert "excluded: no hit of donor, and hits are validated" in why_not(world, other, "a").verdict
    start(world, "b", mode="new")
    assert "excluded: a hit of donor already" in why_not(world, hit, "b").verdict
    start(world, "c", mode="extend")
    assert "excluded: measured in donor" in why_not(world, miss, "c").verdict


def test_a_mode_without_an_earlier_screen_is_refused_and_the_store_stays_as_it_was(world):
    before = manifest(world)
    with pytest.raises(InvalidValueError, match="the store has none") as refused:
        start(world, phenotype="tau level", mode="validate")
    assert "`mode='discover'`" in refused.value.suggestion
    with pytest.raises(InvalidValueError, match="leaves nothing of the library: donor measured 500 genes"):
        start(world, mode="extend", library="donor")
    assert manifest(world) == before


def test_activation_says_so_and_no_mode_goes_by_it_where_genes_are_lost(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    add_measured(
        workspace.store, "raised", EFFECTS, study="Act 2021", phenotype="IL-2 secretion", modality="activation"
    )
    made = start(workspace)
    assert "by activation and not as here" in made.notes[0]
    assert "mode=" not in made.notes[0]
    with pytest.raises(InvalidValueError, match="none that perturbs genes as it does"):
        start(workspace, "again", mode="new")


def test_the_measured_screen_and_one_of_the_same_numbers_are_no_earlier_screens(world):
    assert start(world, measured="donor").earlier_screens == ()
    add_measured(world.store, "donor again", EFFECTS[:300], study="Elsewhere", phenotype="IL-2 secretion")
    assert start(world, "again", measured="donor").earlier_screens == ()


def test_another_donor_of_the_measured_screen_is_an_earlier_screen_and_a_prior(world):
    add_measured(world.store, "donor 2", module_effects([4, 7], 5), study="Donor 2020", phenotype="IL-2 secretion")
    made = start(world, measured="donor")
    assert [one.screen for one in made.earlier_screens] == ["donor 2"]
    found = campaign_propose(world, predictor=FAST)
    assert "donor 2" not in {one.screen for one in found.excluded_screens}
    state = load_state(world.store, pick_campaign(world.store))
    assert len(state.hidden) == 1


def test_a_screen_that_the_question_gives_no_weight_is_left_aside(world):
    assert start(world, screen_weights={"donor": 0.0}).earlier_screens == ()


def test_the_genes_of_a_mouse_campaign_are_those_of_human_screens_by_their_orthologs(world):
    paired = SYMBOLS[:550]
    add_mouse_genes(world.store, paired)
    made = start(world, organism="mouse", mode="validate")
    assert candidates(world, made) == {name.title() for name in HITS if name in set(paired)}


def test_a_hit_of_the_earlier_screen_is_likelier_and_why_not_says_by_how_much(tmp_path):
    world = new_workspace(tmp_path)
    add_measured(world.store, "donor", EFFECTS, study="Donor 2020", phenotype="IL-2 secretion")
    start(world, size=5)
    first = campaign_propose(world, size=40).nominations[0]
    assert first.perturbation in HITS
    assert "in donor, which measured IL-2 secretion in T cells: that raises its chance from " in first.reason
    weakest = str(EFFECTS[100:].abs().idxmin())
    found = why_not(world, weakest)
    assert any(one.startswith("no hit in donor") and one.endswith("does not raise its chance") for one in found.against)
    assert not any(fact.against for fact in found.facts)
