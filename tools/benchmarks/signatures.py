"""Signatures of held-out genes: whether predicted scores rank perturbations as measured ones do, beside controls."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import FILE, act, option
from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.screens.responses import with_estimates
from db.view import View
from tools.benchmarks.expression.report import (
    LEVEL,
    SignatureMember,
    SignaturePair,
    SignatureSetReport,
    SignaturesReport,
)
from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.predictors.base import DEFAULT, ExpressionPredictor
from tools.expression.response_sets import set_of_file, set_of_store
from tools.expression.signatures import Signature
from tools.expression.unseen.held_out import collapsed, predicted_out_of_fold
from tools.expression.unseen.signature_scores import scale_of
from tools.expression.vectors import gene_vectors, random_vectors
from tools.registry import load
from tools.responses.annotation import Annotation
from tools.workspace import Progress, Workspace

TASK = "benchmark signatures"
COLLECTION = "hallmarks"
FEWEST_USED, FEWEST_GENES = 10, 10
DRAWS = 2_000
MEAN = "training_mean"
LEAST_SPREAD = 0.1
"""Product of two standard deviations of ranks below which all ranks of one side are the same."""
Numbers = npt.NDArray[np.float64]


def benchmark_signatures(
    workspace: Workspace,
    data: Sequence[Path] | None = None,
    *,
    contexts: Sequence[str] = (),
    collection: str = COLLECTION,
    sources: Sequence[str] = (),
    vectors: Path | None = None,
    seed: int = 0,
) -> SignaturesReport:
    """Says how far predicted scores on signatures rank genes that were held out as measured scores do.

    Signatures are the gene sets of a collection. Genes are held out in folds, in all contexts, alleles, pairs and cells
    at once; the expression of the perturbed gene itself never counts. Scores are compared within a context, beyond what
    the same fit predicts of a gene of which nothing is known; so the training mean ranks nothing, and its figure is 0.
    Controls are the default predictor with random vectors and with the vectors of other genes.

    Args:
        workspace: Its store has gene names, gene sets, and what is known of genes.
        data: Files of cells or of responses.
        contexts: Names of tables of responses in the store, each a set; all with sizes of effects where no data are
            given either.
        collection: Name of the collection of gene sets.
        sources: What genes are known by, such as ``string`` or ``text``; all that the store knows where empty.
        vectors: A file of vectors of genes, such as GenePT's, in place of what the store knows.
        seed: Of folds, controls and bootstrap; the same seed gives the same figures.

    Raises:
        NotFoundError: There are no data, there is no such collection, or nothing is known of genes.
        RefusedFileError: A file cannot be read.
        InvalidValueError: A set has too few genes, or too few readout genes of any signature.
    """
    started = time.monotonic()
    signatures = _signatures(workspace, collection)
    tables = list(contexts) if data or contexts else with_estimates(workspace.store)
    if not data and not tables:
        raise NotFoundError("The store has no responses to judge predictors on.", f"Name a file: {option(data=FILE)}.")
    sets = [set_of_file(workspace, one) for one in data or ()] + [set_of_store(workspace, one) for one in tables]
    names = sorted({gene for one in sets for gene in one.genes})
    known = gene_vectors(workspace, names, sources, vectors)
    reports = tuple(
        _played(workspace, one, signatures, known, seed, (number, len(sets))) for number, one in enumerate(sets)
    )
    workspace.report(Progress(TASK, len(sets), len(sets), "done"))
    return SignaturesReport(
        collection, reports, tuple(known.sources), tuple(known.missing), round(time.monotonic() - started, 1)
    )


def _signatures(workspace: Workspace, collection: str) -> list[Signature]:
    members = View(workspace.store).gene_sets([collection])
    if members.empty:
        raise NotFoundError(
            f"The store has no gene sets of {collection!r}.",
            f"{act('gene_set_list')} shows the collections; {act('fetch', ['pathways'])} brings some.",
        )
    return [
        Signature(str(name), dict.fromkeys(map(str, genes), 1)) for name, genes in members.groupby("gene_set")["gene"]
    ]


def _members(known: Annotation, rng: np.random.Generator) -> Mapping[str, tuple[str, Annotation]]:
    """Name → predictor and the vectors that it is given."""
    return {
        DEFAULT: (DEFAULT, known),
        MEAN: (MEAN, known),
        "random_embeddings": (DEFAULT, random_vectors(known, rng)),
        "permuted_embeddings": (DEFAULT, known.shuffled(rng)),
    }


def _played(
    workspace: Workspace, responses: ExpressionResponses, signatures: Sequence[Signature], known: Annotation,
    seed: int, place: tuple[int, int],
) -> SignatureSetReport:  # fmt: skip
    rows, measured = collapsed(responses)
    if (count := rows["perturbation"].nunique()) < FEWEST_GENES:
        raise InvalidValueError(
            f"{responses.name} has responses to {count} single genes.", f"{FEWEST_GENES} at least can be held out."
        )
    usable = _usable(signatures, responses, rows, measured)
    whole = rows, measured
    truth = _scores(usable, responses, whole, whole)
    members = _members(known, np.random.default_rng([seed, 4]))
    ranks: dict[str, pd.DataFrame] = {}
    for number, (name, (predictor, vectors)) in enumerate(members.items()):
        share = place[0] + number / len(members)
        workspace.report(Progress(TASK, share, place[1], f"{responses.name}: {name}"))
        predicted = predicted_out_of_fold(
            responses, rows, lambda: cast("ExpressionPredictor", load("expression_predictors", predictor)()),  # noqa: B023
            vectors, seed, lambda *_: None,
        )  # fmt: skip
        ranks[name] = _scores(usable, responses, whole, (rows, predicted))
    drawn = _drawn(len(truth), seed)
    found = {name: _correlations(one, truth, drawn) for name, one in ranks.items()}
    again, twice = _again(usable, responses)
    return SignatureSetReport(
        responses.name, len(truth), len(usable),
        tuple(_member(name, *one) for name, one in found.items()),
        tuple(_pair(name, found[DEFAULT], found[name]) for name in found if name != DEFAULT),
        again, twice,
    )  # fmt: skip


def _usable(
    signatures: Sequence[Signature], responses: ExpressionResponses, rows: pd.DataFrame, measured: Floats
) -> list[Signature]:
    found = []
    for one in signatures:
        if responses.readouts.isin(list(one.signs)).sum() < FEWEST_USED:
            continue
        try:
            scale = scale_of(one, responses.readouts, list(rows["context"]), list(rows["perturbation"]), measured)
        except RefusedFileError:
            continue
        if scale.used >= FEWEST_USED:
            found.append(one)
    if not found:
        raise InvalidValueError(
            f"{responses.name} has {FEWEST_USED} readout genes of no signature.",
            "Give data of more genes, or another collection.",
        )
    return found


def _scores(
    signatures: Sequence[Signature], responses: ExpressionResponses, whole: tuple[pd.DataFrame, Floats],
    part: tuple[pd.DataFrame, Floats],
) -> pd.DataFrame:  # fmt: skip
    """Scores of genes × signatures, means over contexts, each less the mean of its context.

    Args:
        signatures: The signatures.
        responses: Whose readout genes.
        whole: Rows and changes that the scale is taken from.
        part: Rows and changes that are scored.
    """
    (measured_rows, measured), (rows, profiles) = whole, part
    names, contexts = list(rows["perturbation"]), list(rows["context"])
    where = list(measured_rows["context"]), list(measured_rows["perturbation"])
    values = {
        one.name: scale_of(one, responses.readouts, *where, measured).scores(names, profiles) for one in signatures
    }
    table = pd.DataFrame(values)
    return (table - table.groupby(contexts).transform("mean")).groupby(names).mean()


def _drawn(count: int, seed: int) -> Numbers:
    """How often each gene is drawn, draws × genes; first once each."""
    rng = np.random.default_rng([seed, 5])
    return np.vstack([np.ones(count), rng.multinomial(count, np.full(count, 1 / count), size=DRAWS)])


def _correlations(predicted: pd.DataFrame, measured: pd.DataFrame, drawn: Numbers) -> tuple[Numbers, Numbers]:
    """Rank correlation for each signature, and the mean over signatures for each draw of genes.

    Within a draw the ranks are those of all genes; 0 where a member says the same of all genes.
    """
    first, second = (one.rank().fillna((len(one) + 1) / 2).to_numpy() for one in (predicted.round(9), measured))
    weights = drawn / drawn.sum(axis=1, keepdims=True)
    means = weights @ first, weights @ second
    squares = weights @ first**2, weights @ second**2
    spread = [np.sqrt(np.maximum(square - mean**2, 0)) for square, mean in zip(squares, means, strict=True)]
    covariance = weights @ (first * second) - means[0] * means[1]
    scale = spread[0] * spread[1]
    found = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > LEAST_SPREAD)
    return found[0], found.mean(axis=1)


def _member(name: str, by_signature: Numbers, by_draw: Numbers) -> SignatureMember:
    low, high = _interval(by_draw[1:])
    return SignatureMember(name, name == DEFAULT, float(by_draw[0]), low, high, float((by_signature > 0).mean()))


def _pair(name: str, default: tuple[Numbers, Numbers], other: tuple[Numbers, Numbers]) -> SignaturePair:
    gains = default[1] - other[1]
    return SignaturePair(name, float(gains[0]), *_interval(gains[1:]))


def _interval(values: Numbers) -> tuple[float, float]:
    low, high = np.quantile(values, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def _again(signatures: Sequence[Signature], responses: ExpressionResponses) -> tuple[float | None, int]:
    """Mean rank correlation of two measurements of the same genes in the same context, and how many there are."""
    rows = responses.rows
    turn = rows.groupby(["perturbation", "context"]).cumcount()
    twice = rows.groupby(["perturbation", "context"])["perturbation"].transform("size") > 1
    tables: list[Any] = []
    for number in (0, 1):
        own = (twice & (turn % 2 == number)).to_numpy()
        part = ExpressionResponses(
            responses.name, rows[own].reset_index(drop=True), responses.readouts, responses.estimates[own]
        )
        tables.append(collapsed(part))
    genes = tables[0][0]["perturbation"].nunique()
    if genes < FEWEST_GENES:
        return None, genes
    first, second = (_scores(signatures, responses, collapsed(responses), table) for table in tables)
    return float(_correlations(first, second, np.ones((1, len(first))))[1][0]), genes
