"""Evidence ids open to the fact and to the file that it came from; a mistake is answered with near ids."""

from __future__ import annotations

import re

import pytest

from db.errors import InvalidValueError, NotFoundError
from db.provenance import file_hash
from db.screens.reading import contrasts_of, effects_of, get_screen
from tests.campaign_world import TRUTH, add_measured, confirmed, new_workspace, started, write_results
from tests.synthetic_store import module_effects
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.evidence import open_evidence


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path)


def test_an_effect_opens_with_its_rank_and_its_source(world):
    screen = get_screen(world.store, "alpha")
    contrast = contrasts_of(world.store, screen.id)[0].id
    effects = effects_of(world.store, screen.id).set_index("perturbation")["estimate"]
    opened = open_evidence(world, f"effect:{contrast}:GENE0081")
    assert opened.facts["estimate"] == effects["GENE0081"]
    assert opened.facts["rank_from_high"] == (effects > effects["GENE0081"]).sum() + 1
    assert opened.facts["measured"] == 600
    assert (opened.facts["screen"], opened.facts["study"]) == ("alpha", "Study alpha")
    assert [(s.name, s.tool) for s in opened.sources] == [("alpha", "test")]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", opened.sources[0].created_at)
    assert "alpha phenotype" in opened.summary


def test_a_set_an_edge_and_a_gene_open(world):
    genes = open_evidence(world, "set:CP:MODULE_4_helicase").facts
    assert genes["size"] == len(genes["genes"]) > 10
    assert set(genes["genes"]) <= {f"GENE{i:04d}" for i in range(80, 100)}
    with world.store.read() as connection:
        a, b = connection.execute(
            "SELECT a.symbol, b.symbol FROM edge JOIN gene a ON a.id = gene_a JOIN gene b ON b.id = gene_b LIMIT 1"
        ).fetchall()[0]
    assert open_evidence(world, f"edge:STRING:{a}:{b}").facts["weight"] in (0.9, 0.4)
    assert open_evidence(world, f"edge:STRING:{b}:{a}").facts == open_evidence(world, f"edge:STRING:{a}:{b}").facts
    gene = open_evidence(world, "text:GENE0400")
    assert (gene.facts["accession"], gene.facts["aliases"]) == ("HGNC:401", ["cytokin"])
    assert gene.sources[0].name == "hgnc"


def test_a_result_leads_to_the_laboratorys_file(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    file = write_results(tmp_path / "r1.csv", chosen[:-1])
    campaign_record(world, file, positive_means="raises")
    round_id = campaign_show(world).rounds[0].id
    opened = open_evidence(world, f"result:{round_id}:{chosen[0]}")
    assert opened.facts["estimate"] == pytest.approx(TRUTH[chosen[0]])
    assert (opened.facts["round"], opened.facts["rank"], opened.facts["revision"]) == (1, 1, 1)
    source = opened.sources[0]
    assert (source.source, source.source_hash, source.tool) == ("r1.csv", file_hash(file), "campaign record")
    missing = open_evidence(world, f"result:{round_id}:{chosen[-1]}")
    assert "has no result (missing)" in missing.summary
    assert missing.sources == ()


@pytest.mark.parametrize(
    ("evidence", "near"),
    [
        ("effect:{alpha}:gene0001", "effect:{alpha}:GENE0001"),
        ("effect:999:GENE0001", "effect:{alpha}:GENE0001"),
        ("set:CP:MODULE_4_helicas", "set:CP:MODULE_4_helicase"),
        ("set:Reactome:MODULE_4_helicase", "set:CP:MODULE_4_helicase"),
        ("edge:STRING:GENE0000:NOPE", "edge:STRING:GENE0000:"),
        ("text:cytokin", "text:GENE0400"),
        ("text:GENE00001", "text:GENE0000"),
    ],
)
def test_a_mistake_is_answered_with_near_ids(world, evidence, near):
    contrast = contrasts_of(world.store, get_screen(world.store, "alpha").id)[0].id
    evidence, near = evidence.format(alpha=contrast), near.format(alpha=contrast)
    with pytest.raises(NotFoundError) as caught:
        open_evidence(world, evidence)
    assert evidence in caught.value.message
    assert near in caught.value.suggestion


@pytest.mark.parametrize(
    "evidence", ["", "effect", "effect:", "effect:x:GENE0001", "edge:STRING:A", "claim:1", "result:1"]
)
def test_what_is_no_evidence_id_is_told_the_forms(world, evidence):
    with pytest.raises(InvalidValueError) as caught:
        open_evidence(world, evidence)
    assert "<" in caught.value.suggestion


def test_an_effect_without_a_sign_opens_with_its_strength_and_no_end(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    strengths = module_effects([4], 3).abs()
    screen_id = add_measured(workspace.store, "eaten", strengths, phenotype="phagocytosis", positive_means="unsigned")
    contrast = contrasts_of(workspace.store, screen_id)[0].id
    gene = str(strengths.idxmax())
    opened = open_evidence(workspace, f"effect:{contrast}:{gene}")
    assert "strength but no direction: number 1 of 600" in opened.summary
    assert "+" not in opened.summary
    assert "rank_from_low" not in opened.facts
