"""``predict-expression``, ``predict-signature`` and ``benchmark signatures`` as users run them."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from tools.benchmarks.expression.report import SignatureMember, SignaturePair, SignatureSetReport, SignaturesReport
from tools.expression.unseen.measured import MeasuredChange, MeasuredProfile
from tools.expression.unseen.prediction import PredictedExpression, ReadoutChange, SpeakingNeighbour
from tools.expression.unseen.sampling import SampledExpression
from tools.expression.unseen.signature_file import ExportedSignature
from tools.expression.unseen.signature_results import PredictedSignature, ScoredPerturbation
from tui.cli.main import commands_by_tool
from tui.layouts import predicted_expression, predicted_signature, signatures_report

PREDICTED = PredictedExpression(
    "MED12", "", "kernel", ("k562", "rpe1"), 585, 7225, False,
    (
        ReadoutChange("FRYL", 0.653, 0.129, 0.041, False, (MeasuredChange("k562", 0.754, "response:k562:MED12:FRYL"),)),
        ReadoutChange("MED12", -0.9, 0.2, -0.1, True, ()),
    ),
    (SpeakingNeighbour("MED19", 0.38, "response:k562:MED19:FRYL"),),
    (MeasuredProfile("k562", True, 7224, 0.798, 0.742),), ((0.1, 0.2), (0.3, 0.5), (0.6, 0.4)), ("gobp",),
    ("It is so.",),
)  # fmt: skip
RANKED = PredictedSignature(
    "CHOLESTEROL", 74, 41, "", "kernel", ("k562",), 19281, 7, 585, 0.533, 1.28,
    (
        ScoredPerturbation(1, "ATP6V1F", "toward", 4.34, 0.79, None, True),
        ScoredPerturbation(2, "HMGCS1", "toward", 0.29, 0.79, 5.32, False),
        ScoredPerturbation(19281, "RPP38", "away", -1.13, 0.79, None, True),
    ), ("string",), ("Take care.",),
)  # fmt: skip


def shown(parts):
    console = Console(file=io.StringIO(), width=160)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_a_prediction_is_shown_with_what_speaks_for_it_and_what_was_measured():
    text = shown(predicted_expression.predicted(PREDICTED))
    for part in (
        "MED12, never seen", "585 perturbations of k562, rpe1", "2 of 7,225", "+0.653", "0.129", "+0.041",
        "+0.754 (k562)", "MED12 (perturbed)", "0.380", "response:k562:MED19:FRYL", "7,224", "0.798", "0.742", "yes",
        "predicted (across) and measured in k562 (up)", "Note: It is so.", "hitscout fetch gobp",
    ):  # fmt: skip
        assert part in text, part


def test_drawn_cells_are_said_with_their_file():
    text = shown(predicted_expression.sampled(SampledExpression(Path("after.h5ad"), 500, PREDICTED)))
    assert "500 cells after MED12 (log1p CP10k) are in after.h5ad." in text


def test_a_ranked_list_is_shown_from_both_ends_with_how_far_it_can_be_trusted():
    text = shown(predicted_signature.written(ExportedSignature(Path("list.csv"), 19281, RANKED)))
    for part in (
        "19,281 perturbations are in list.csv", "41 of 74 genes", "is 0.533", "+1.28 from controls", "Toward the state",
        "Away from it", "+4.34", "+5.32", "+0.29 (nothing known)", "19,281", "-1.13", "Note: Take care.",
    ):  # fmt: skip
        assert part in text, part


def test_the_figures_of_signatures_are_shown_beside_their_controls():
    members = (
        SignatureMember("kernel", True, 0.524, 0.503, 0.544, 1.0),
        SignatureMember("random_embeddings", False, 0.0142, -0.009, 0.038, 0.646),
    )
    pairs = (SignaturePair("random_embeddings", 0.51, 0.478, 0.54),)
    one = SignatureSetReport("k562", 585, 48, members, pairs, 0.727, 21)
    text = shown(signatures_report.figures(SignaturesReport("hallmarks", (one,), ("go",), ("string",), 213.0)))
    for part in (
        "hallmarks", "585 genes held out, 48 signatures", "kernel (default)", "0.524", "+0.503 – +0.544", "+0.510",
        "+0.478 – +0.540", "21 genes agree at 0.727", "213 seconds", "hitscout fetch string",
    ):  # fmt: skip
        assert part in text, part


def test_each_tool_has_its_command():
    found = commands_by_tool()
    assert found["predict_expression"] == found["sample_expression"] == "predict-expression"
    assert found["predict_signature"] == found["signature_export"] == "predict-signature"
    assert found["benchmark_signatures"] == "benchmark signatures"


def test_half_a_wish_for_cells_is_a_wrong_use(cli):
    for given in (("--sample", "5"), ("--out", "a.h5ad")):
        told = cli("predict-expression", "IL2RA", *given)
        assert told.returncode == 2
        assert "--sample N and --out FILE" in " ".join(told.stderr.replace("│", " ").split())


def test_without_responses_it_is_said_how_to_get_some(cli):
    told = cli("predict-expression", "IL2RA")
    assert told.returncode == 1
    assert "hitscout fetch replogle-k562-ranks" in told.stderr
    assert "--data FILE" in told.stderr
