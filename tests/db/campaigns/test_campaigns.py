"""Campaigns, rounds and results as the store keeps them."""

from __future__ import annotations

import pytest

from db.campaigns.campaigns import (
    add_exclusions,
    exclusions_of,
    get_campaign,
    insert_campaign,
    library_of_campaign,
    list_campaigns,
    update_question,
)
from db.campaigns.records import (
    Control,
    ExcludedScreen,
    Expected,
    FilledSlot,
    GradedProbability,
    IgnoredName,
    ShortlistInfo,
    SlotsInfo,
)
from db.campaigns.results import insert_revision, revisions_of
from db.campaigns.rounds import (
    GivenGrade,
    grades_of,
    insert_grade,
    rounds_of,
    set_outcomes,
    set_round_state,
    write_grades,
    write_round,
)
from db.errors import ConflictError, NotFoundError
from db.provenance import content_hash, record_ingest
from db.records import CampaignSettings, Nomination, Question
from db.screens.writing import ensure_perturbations, insert_contrast, insert_screen
from db.store import Store
from tests.synthetic_store import SYMBOLS, add_knowledge

QUESTION = Question("cytokine", positive_controls=("GENE0001",), screen_weights={"alpha": 0.5}, gene_sets=("CP:x",))
SETTINGS = CampaignSettings(
    size=3, price=1.5, expressed={"GENE0001": 2.0}, ignored=(IgnoredName("X", "unknown", "library"),)
)
PLAIN = ShortlistInfo(size=2, expected_hits=Expected(0.7, 0.0, 1.0))
WHOLE = ShortlistInfo(
    size=2,
    expected_hits=Expected(0.7, 0.0, 1.0),
    controls=(Control("positive", "GENE0003", 4, "é “x”"), Control("non-targeting", "", 50, "scale")),
    ignored=(IgnoredName("X", "unknown: no gene is named X", "library"),),
    predictor="blend",
    excluded_screens=(ExcludedScreen("alpha", "a copy"),),
    basis="0f",
    doubt=0.35,
    random_probability=0.1,
    slots=SlotsInfo(
        share=0.25, places=1, filled=1, why="the first round has no record yet", least_grade=2.5, graded_by=("person",),
        graded=1, changes=(FilledSlot("GENE0001", 4.0, "GENE0004", 0.3, 0.2),), agreed=(), probability_weight=0.0,
        probabilities=(GradedProbability("GENE0001", 4.0, 0.3, 0.3),), expected_hits_computed=Expected(0.6, 0.0, 1.0),
        heard={"GENE0001": 4.0},
    ),
)  # fmt: skip


@pytest.fixture
def filled(store: Store) -> Store:
    add_knowledge(store, sets=False, network=False, essentials=False)
    return store


def make(store: Store, name: str = "pilot", genes: int = 5):
    import pandas as pd

    with store.write("test") as connection:
        ids = connection.execute("SELECT symbol, id FROM gene").df().set_index("symbol")["id"]
        frame = pd.DataFrame(
            {"name": SYMBOLS[:genes], "gene_id": [ids[s] for s in SYMBOLS[:genes]], "second_gene_id": None}
        )
        library = ensure_perturbations(connection, "human", frame)
        insert_campaign(
            connection, name=name, question=QUESTION, settings=SETTINGS, measured_screen_id=None, library=library,
            exclusions={int(library["GENE0004"]): "toxic"},
        )  # fmt: skip
    return get_campaign(store, name), library


def nomination(rank, name, **changes):
    values = {
        "rank": rank, "perturbation": name, "target_genes": (name,), "hit_probability": 0.5, "low": 0.1, "high": 0.9,
        "utility": 0.5, "support": 0.0, "by": "computed", "flags": (), "grade": None, "reason": "", "evidence": (),
    }  # fmt: skip
    return Nomination(**{**values, **changes})


def open_round(store, campaign, names, number=1, seed=0):
    with store.write("test") as connection:
        return write_round(
            connection, campaign_id=campaign.id, number=number, seed=seed, shortlist=PLAIN,
            nominations=[nomination(i, name) for i, name in enumerate(names, 1)],
        )  # fmt: skip


def test_a_campaign_reads_back_as_it_was_written(filled):
    campaign, _ = make(filled)
    assert campaign.question == QUESTION
    assert campaign.settings == SETTINGS
    assert library_of_campaign(filled, campaign.id) == SYMBOLS[:5]
    assert exclusions_of(filled, campaign.id) == {"GENE0004": "toxic"}
    assert [one.name for one in list_campaigns(filled)] == ["pilot"]
    assert filled.verify() == []


def test_an_exclusion_keeps_its_first_reason(filled):
    campaign, library = make(filled)
    with filled.write("test") as connection:
        add_exclusions(connection, campaign.id, {int(library["GENE0004"]): "later", int(library["GENE0001"]): "new"})
    assert exclusions_of(filled, campaign.id) == {"GENE0001": "new", "GENE0004": "toxic"}


def test_an_edited_question_reads_back(filled):
    campaign, _ = make(filled)
    with filled.write("test") as connection:
        update_question(connection, campaign.id, Question("another"))
    assert get_campaign(filled, "PILOT").question == Question("another")


def test_an_unknown_campaign_is_answered_with_near_names(filled):
    with pytest.raises(NotFoundError, match="There is none yet"):
        get_campaign(filled, "pilot")
    make(filled)
    with pytest.raises(NotFoundError, match="Did you mean pilot"):
        get_campaign(filled, "pilots")


def test_nominations_read_back_with_lists_in_order(filled):
    campaign, _ = make(filled)
    with filled.write("test") as connection:
        write_round(
            connection, campaign_id=campaign.id, number=1, seed=2**40, shortlist=WHOLE,
            nominations=[
                nomination(1, "GENE0002", flags=("b", "a"), evidence=('set:CP:with "quotes", commas',), reason="=1"),
                nomination(2, "GENE0001", hit_probability=0.1 + 0.2, grade=None),
            ],
        )  # fmt: skip
    one = rounds_of(filled, campaign.id)[0]
    assert (one.state, one.seed, one.shortlist) == ("open", 2**40, WHOLE)
    assert one.nominations[0].flags == ("b", "a")
    assert one.nominations[0].evidence == ('set:CP:with "quotes", commas',)
    assert one.nominations[1].hit_probability == 0.1 + 0.2
    assert one.nominations[1].flags == ()
    assert [n.outcome for n in one.nominations] == ["waiting", "waiting"]


def test_a_shortlist_without_the_keys_of_later_versions_gets_their_defaults(filled):
    campaign, _ = make(filled)
    old = '{"size": 1, "expected_hits": {"mean": 0.5, "low": 0.0, "high": 1.0}, "predictor": "blend", "basis": "0f"}'
    with filled.write("test") as connection:
        write_round(
            connection, campaign_id=campaign.id, number=1, seed=0, shortlist=WHOLE,
            nominations=[nomination(1, "GENE0001")],
        )  # fmt: skip
        connection.execute("UPDATE round SET shortlist = ?", [old])
    one = rounds_of(filled, campaign.id)[0].shortlist
    assert one == ShortlistInfo(1, Expected(0.5, 0.0, 1.0, 0.8), predictor="blend", basis="0f")
    assert not {"doubt", "random_probability", "slots"} & set(one.to_json())


def test_an_open_round_is_replaced_and_keeps_its_grades(filled):
    campaign, _ = make(filled)
    first = open_round(filled, campaign, ["GENE0001", "GENE0002"])
    with filled.write("test") as connection:
        for by, grade in (("person", 4.0), ("person", 3.0), ("other", 2.0)):
            insert_grade(
                connection, round_id=first, perturbation="GENE0002", organism="human", grade=grade, reason="r",
                graded_by=by,
            )  # fmt: skip
    second = open_round(filled, campaign, ["GENE0002", "GENE0003"], seed=1)
    assert first == second
    one = rounds_of(filled, campaign.id)[0]
    assert [(n.perturbation, n.grade) for n in one.nominations] == [("GENE0002", 2.5), ("GENE0003", None)]


def test_a_graders_draws_are_one_voice_and_its_new_grades_take_the_place_of_its_old_ones(filled):
    campaign, _ = make(filled)
    round_id = open_round(filled, campaign, ["GENE0001", "GENE0002"])

    def given(*rows):
        return [GivenGrade(name, draw, grade, "why", ("text:GENE0001",), "judge") for name, draw, grade in rows]

    with filled.write("test") as connection:
        insert_grade(
            connection, round_id=round_id, perturbation="GENE0001", organism="human", grade=4.0, reason="r",
            graded_by="person",
        )  # fmt: skip
        rows = given(("GENE0001", 0, 1.0), ("GENE0001", 1, 2.0), ("GENE0002", 0, 3.0), ("NOPE", 0, 4.0))
        written = write_grades(connection, round_id=round_id, organism="human", grades=rows, graded_by="judge")
    assert written == 3
    assert [n.grade for n in rounds_of(filled, campaign.id)[0].nominations] == [2.75, 3.0]
    assert grades_of(filled, round_id)[0] == rows[0]
    with filled.write("test") as connection:
        write_grades(
            connection, round_id=round_id, organism="human", grades=given(("GENE0002", 0, 0.0)), graded_by="judge"
        )
    assert [n.grade for n in rounds_of(filled, campaign.id)[0].nominations] == [4.0, 0.0]


def test_a_round_that_is_not_open_cannot_be_replaced_and_none_can_be_skipped(filled):
    campaign, _ = make(filled)
    round_id = open_round(filled, campaign, ["GENE0001"])
    with pytest.raises(ConflictError):
        open_round(filled, campaign, ["GENE0002"], number=2)
    with filled.write("test") as connection:
        set_round_state(connection, round_id, "confirmed")
    before = filled.manifest_path.read_bytes()
    for number in (1, 2):
        with pytest.raises(ConflictError):
            open_round(filled, campaign, ["GENE0002"], number=number)
    assert filled.manifest_path.read_bytes() == before
    with filled.write("test") as connection:
        set_round_state(connection, round_id, "measured")
        set_outcomes(connection, round_id, {"GENE0001": "dropped"})
    open_round(filled, campaign, ["GENE0002"], number=2)
    assert [(r.number, r.state) for r in rounds_of(filled, campaign.id)] == [(1, "measured"), (2, "open")]
    assert rounds_of(filled, campaign.id)[0].nominations[0].outcome == "dropped"


def test_a_nomination_outside_the_library_is_refused_whole(filled):
    campaign, _ = make(filled)
    with pytest.raises(ConflictError, match="2 nominations were given, but 1"):
        open_round(filled, campaign, ["GENE0001", "GENE0500"])
    assert rounds_of(filled, campaign.id) == []


def test_revisions_follow_each_other_without_a_gap(filled):
    campaign, _ = make(filled)
    round_id = open_round(filled, campaign, ["GENE0001"])

    def revise(number):
        with filled.write("test") as connection:
            ingest_id = record_ingest(
                connection, content=content_hash([], {"n": number}), kind="results", name="r", source="r.csv",
                source_hash="h", tool="test", arguments={},
            )  # fmt: skip
            screen_id = insert_screen(
                connection, name=f"r{number}", ingest_id=ingest_id, phenotype="x", organism="human"
            )
            contrast_id = insert_contrast(
                connection, screen_id=screen_id, ingest_id=ingest_id, name="r", estimate_kind="lfc",
                positive_means="raises", sign_evidence="",
            )  # fmt: skip
            insert_revision(
                connection, round_id=round_id, revision=number, contrast_id=contrast_id, placement={"text": "t"},
                ingest_id=ingest_id,
            )  # fmt: skip

    revise(1)
    with pytest.raises(ConflictError, match="recorded by someone else"):
        revise(3)
    revise(2)
    assert [(r.number, r.revision, r.placement) for r in revisions_of(filled, campaign.id)] == [
        (1, 1, {"text": "t"}),
        (1, 2, {"text": "t"}),
    ]
