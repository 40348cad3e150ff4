"""Campaigns whose hits push the cells toward a state: the scores that they start with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.campaigns.campaigns import list_campaigns
from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from tests.cell_world import Cells
from tests.planted_responses import PERTURBED, READ, UNSEEN, planted_world
from tools.campaigns.answers.explanation import explain_prediction
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.start.signature import calibrated
from tools.campaigns.start.start import campaign_start

UP, DOWN = READ[10:18], READ[20:28]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return planted_world(tmp_path_factory)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A signature of eight genes up and eight down, and a library of genes that no table has with some that one has."""
    folder = tmp_path_factory.mktemp("files")
    lines = [f"{gene}\t{sign}\n" for genes, sign in ((UP, "up"), (DOWN, "down")) for gene in genes]
    (folder / "state.tsv").write_text("".join(lines))
    (folder / "library.txt").write_text("\n".join([*UNSEEN, *PERTURBED[:10]]))
    return folder


def true_scores(planted):
    at = {gene: number for number, gene in enumerate(READ)}
    up, down = [at[gene] for gene in UP], [at[gene] for gene in DOWN]
    return pd.Series({gene: planted.truth(gene)[up].mean() - planted.truth(gene)[down].mean() for gene in UNSEEN})


def start(planted, files, name, **options):
    given = {"signature": str(files / "state.tsv"), "signature_contexts": ["mine"], "direction": "raises"}
    return campaign_start(
        planted.workspace, name, "a state of the cells", library=str(files / "library.txt"), size=10,
        **{**given, **options},
    )  # fmt: skip


@pytest.fixture(scope="module")
def toward(planted, files):
    return start(planted, files, "toward").campaign


def test_scores_are_taken_down_at_the_start_and_read_back_the_same(planted, toward):
    (kept,) = [one for one in list_campaigns(planted.workspace.store) if one.name == "toward"]
    assert kept.settings.signature == toward.settings.signature
    signature = kept.settings.signature
    assert (signature.name, signature.learnt_from) == ("state", ("mine",))
    assert set(signature.predicted) == set(UNSEEN)
    assert set(signature.measured) == set(PERTURBED[:10])


def test_predicted_scores_follow_the_planted_truth(planted, toward):
    predicted = pd.Series(toward.settings.signature.predicted)
    assert np.corrcoef(predicted[UNSEEN], true_scores(planted)[UNSEEN])[0, 1] > 0.8
    assert toward.settings.signature.fit > 0.6
    assert 0 < toward.settings.signature.doubt < 0.8


def test_genes_that_push_toward_the_state_come_first_where_hits_raise_it_and_last_where_they_lower_it(
    planted, files, toward
):
    def mean_score(name):
        found = campaign_propose(planted.workspace, name, predictor="prior").nominations
        scores = {**toward.settings.signature.predicted, **toward.settings.signature.measured}
        return float(np.mean([scores[one.perturbation] for one in found]))

    start(planted, files, "away", direction="lowers")
    start(planted, files, "plain", signature="", signature_contexts=[])
    up, none, down = (mean_score(name) for name in ("toward", "plain", "away"))
    assert up > none + 0.3
    assert down < none - 0.3


def test_the_list_and_the_explanation_say_the_score_and_that_it_was_predicted(planted, files, toward):
    start(planted, files, "said")
    best = max(UNSEEN, key=lambda gene: toward.settings.signature.predicted[gene])
    explained = explain_prediction(planted.workspace, best, "said")
    score = f"{toward.settings.signature.predicted[best]:+.2g}".lstrip("+")
    assert any(f"predicted score on state {score}, place " in fact.text for fact in explained.facts)
    assert "signature" in {part.kind for part in explained.parts}
    listed = campaign_propose(planted.workspace, "said").nominations
    assert any("score on state" in one.reason for one in listed)


def test_a_measured_score_is_called_measured_and_its_gene_stays_a_candidate(planted, toward):
    best = max(PERTURBED[:10], key=lambda gene: toward.settings.signature.measured[gene])
    explained = explain_prediction(planted.workspace, best, "toward")
    assert explained.candidate
    assert any("measured score on state" in fact.text for fact in explained.facts)


def test_the_start_says_what_the_scores_come_from(planted, files):
    notes = start(planted, files, "notes").notes
    assert any("30 predicted from expression (rank correlation of held-out genes 0." in note for note in notes)
    assert any("10 measured, in mine. None of them is a result." in note for note in notes)


def test_two_groups_of_cells_make_the_state_as_well(planted, files):
    rng, state = np.random.default_rng(3), np.repeat(["on", "off"], 40)
    factor = np.array([1.75 if gene in UP else 0.25 if gene in DOWN else 1.0 for gene in READ])
    mean = np.where((state == "on")[:, None], factor, 1.0) * 12.0
    counts = rng.poisson(mean).astype(np.float32)
    path = Cells(counts, pd.DataFrame({"state": state}, dtype=object), genes=list(READ)).write(files / "cells.h5ad")
    made = start(planted, files, "cells", signature="", cells=str(path), toward="state=on", away="state=off")
    signature = made.campaign.settings.signature
    assert signature.name == "state=on against state=off"
    predicted = pd.Series(signature.predicted)
    assert np.corrcoef(predicted[UNSEEN], true_scores(planted)[UNSEEN])[0, 1] > 0.8


def test_without_a_signature_nothing_of_it_is_written(planted, files):
    made = start(planted, files, "bare", signature="", signature_contexts=[])
    assert "signature" not in made.campaign.settings.to_json()


def test_the_slope_is_that_of_least_squares_and_never_below_0():
    x = pd.Series({"A": -1.0, "B": 0.0, "C": 1.0, "D": 2.0})
    slope, doubt = calibrated(x, 0.5 * x + pd.Series({"A": 0.1, "B": -0.1, "C": -0.1, "D": 0.1}))
    assert slope == pytest.approx(np.polyfit(x, 0.5 * x + [0.1, -0.1, -0.1, 0.1], 1)[0])
    assert doubt == pytest.approx(0.1, abs=0.001)
    assert calibrated(x, -x)[0] == 0.0


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"signature": "nothing of the kind"}, NotFoundError, "neither a file nor a gene set"),
        ({"signature": ""}, InvalidValueError, "no signature"),
        ({"cells": "cells.h5ad", "toward": "a=b", "away": "a=c"}, InvalidValueError, "one of both"),
        ({"signature": "", "toward": "a=b"}, InvalidValueError, "one of both"),
        ({"organism": "mouse"}, InvalidValueError, "human genes only"),
        ({"signature_contexts": ["nowhere"]}, NotFoundError, "nowhere"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_and_nothing_is_written(planted, files, options, error, said):
    before = [one.name for one in list_campaigns(planted.workspace.store)]
    with pytest.raises(error, match=said):
        start(planted, files, "refused", **options)
    assert [one.name for one in list_campaigns(planted.workspace.store)] == before


def test_a_signature_whose_genes_were_not_read_is_refused(planted, files):
    (files / "unread.tsv").write_text("".join(f"{gene}\n" for gene in UNSEEN[:8]))
    with pytest.raises(RefusedFileError, match="are readout genes"):
        start(planted, files, "refused", signature=str(files / "unread.tsv"))
