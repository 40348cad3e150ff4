"""What was measured of a perturbation: beside what is predicted of it, and how far the two agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.evidence_ids import response_id
from db.genes.perturbation_names import genes_in
from db.screens.responses import measured_responses
from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.unseen.fits import ExpressionFit
from tools.workspace import Workspace

FEWEST = 3
"""Readouts below which a correlation says nothing."""


@dataclass(frozen=True)
class MeasuredChange:
    """What a table measured of the perturbation and one readout gene.

    Attributes:
        table: Name of the table, or context of the file.
        estimate: Mean over replicates.
        evidence: Evidence id; empty where the measurement is not in the store.
    """

    table: str
    estimate: float
    evidence: str


@dataclass(frozen=True)
class MeasuredProfile:
    """A whole measured profile beside the predicted one; the perturbed genes themselves do not count.

    Attributes:
        table: Name of the table, or context of the file.
        seen: Whether this very measurement was learnt from, so that the prediction is no blind one.
        readouts: Readout genes that both have.
        pearson: Correlation of predicted and measured changes.
        beyond_average: Correlation of what both do beyond the average perturbation.
    """

    table: str
    seen: bool
    readouts: int
    pearson: float | None
    beyond_average: float | None


def same_perturbation(rows: pd.DataFrame, perturbation: str) -> npt.NDArray[np.bool_]:
    """Which rows are of a perturbation, in whatever order a pair's genes are written.

    Args:
        rows: Column perturbation.
        perturbation: ``A`` or ``A+B``.
    """
    wanted = sorted(genes_in(perturbation))
    alike = {name: name == perturbation or sorted(genes_in(name)) == wanted for name in rows["perturbation"].unique()}
    return rows["perturbation"].map(alike).to_numpy(dtype=bool)


def measured_changes(workspace: Workspace, fit: ExpressionFit, perturbation: str) -> pd.DataFrame:
    """Everything measured of a perturbation, in what was learnt from and in other tables of the store.

    Args:
        workspace: Its store holds the tables.
        fit: What was learnt from; measurements of files are in it.
        perturbation: Approved name.

    Returns:
        Columns table, readout, estimate (mean over replicates) and evidence, one row for each table and readout.
    """
    own = same_perturbation(fit.responses.rows, perturbation)
    names = sorted({perturbation, *fit.responses.rows.loc[own, "perturbation"]})
    stored = pd.concat([_of_store(workspace, name) for name in names], ignore_index=True)
    if not own.any():
        return stored
    learnt = _of_rows(fit.responses, own)
    if not fit.chosen.names:
        return pd.concat([learnt.assign(evidence=""), stored], ignore_index=True)
    # What was learnt from is taken as it was learnt: of a ranked list, what is not on it counts as 0.
    ids = stored.drop_duplicates(["table", "readout"])[["table", "readout", "evidence"]]
    learnt = learnt.merge(ids, how="left", on=["table", "readout"]).fillna({"evidence": ""})
    return pd.concat([learnt, stored[~stored["table"].isin(set(learnt["table"]))]], ignore_index=True)


def _of_store(workspace: Workspace, perturbation: str) -> pd.DataFrame:
    found = measured_responses(workspace.store, perturbation)
    found = found[found["estimate"].notna()]
    means = found.groupby(["context", "readout"], as_index=False, sort=False).agg(
        estimate=("estimate", "mean"), perturbation=("perturbation", "first"), named=("readout_in_file", "first")
    )
    ids = [response_id(*one) for one in zip(means["context"], means["perturbation"], means["named"], strict=True)]
    return pd.DataFrame({
        "table": means["context"], "readout": means["readout"], "estimate": means["estimate"].astype(float),
        "evidence": pd.Series(ids, index=means.index, dtype=object),
    })  # fmt: skip


def _of_rows(responses: ExpressionResponses, own: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Means over replicates of what was learnt from: columns table, readout and estimate."""
    frames = []
    for context in sorted(set(responses.rows.loc[own, "context"])):
        rows = own & (responses.rows["context"] == context).to_numpy()
        means = responses.estimates[rows].mean(axis=0).astype(float)
        frames.append(
            pd.DataFrame({"table": context or responses.name, "readout": responses.readouts, "estimate": means})
        )
    return pd.concat(frames, ignore_index=True)


def average_change(fit: ExpressionFit, within: str) -> Floats:
    """What perturbations do on average, each counting once; shape (readouts,).

    Args:
        fit: What was learnt.
        within: A context that was learnt from; all of them where empty.
    """
    rows = fit.responses.rows
    chosen = np.flatnonzero((rows["context"] == within).to_numpy() | (within == ""))
    names = pd.factorize(rows["perturbation"].to_numpy(object)[chosen])[0]
    weights = 1 / np.bincount(names)[names]
    estimates = fit.responses.estimates[chosen]
    there = np.isfinite(estimates)
    known = np.maximum(weights @ there, 1e-12)
    return np.asarray((weights @ np.nan_to_num(estimates)) / known, dtype=np.float32)


def profiles(
    fit: ExpressionFit, perturbation: str, predicted: Floats, average: Floats, measured: pd.DataFrame
) -> tuple[MeasuredProfile, ...]:
    """How far each measured profile agrees with the predicted one.

    Args:
        fit: What was learnt.
        perturbation: Approved name.
        predicted: Predicted changes, one for each readout gene of the fit.
        average: What perturbations do on average, likewise.
        measured: As `measured_changes` gives it.
    """
    learnt = set(fit.chosen.names or fit.responses.rows["context"]) if fit.saw(perturbation) else set()
    own = set(genes_in(perturbation))
    found = []
    for table, rows in measured.groupby("table", sort=True):
        values = _placed(rows, fit.responses.readouts, own)
        there = np.isfinite(values)
        first, second, base = predicted[there], values[there], average[there]
        found.append(MeasuredProfile(
            str(table), str(table) in learnt, int(there.sum()), _correlation(first, second),
            _correlation(first - base, second - base),
        ))  # fmt: skip
    return tuple(found)


def paired(
    fit: ExpressionFit, perturbation: str, predicted: Floats, measured: pd.DataFrame, table: str, most: int
) -> tuple[tuple[float, float], ...]:
    """Predicted and measured changes, evenly drawn along the predicted ones, for a plot.

    Args:
        fit: What was learnt.
        perturbation: Approved name.
        predicted: Predicted changes, one for each readout gene of the fit.
        measured: As `measured_changes` gives it.
        table: Whose measurements.
        most: Points at most.
    """
    values = _placed(measured[measured["table"] == table], fit.responses.readouts, set(genes_in(perturbation)))
    there = np.flatnonzero(np.isfinite(values))
    there = there[np.argsort(predicted[there], kind="stable")]
    places = (
        there[np.unique(np.linspace(0, len(there) - 1, min(most, len(there))).astype(int))] if len(there) else there
    )
    return tuple((float(predicted[place]), float(values[place])) for place in places)


def _placed(rows: pd.DataFrame, readouts: pd.Index[str], own: set[str]) -> npt.NDArray[np.float64]:
    """Estimates in the order of the readouts, NaN where there is none and for the perturbed genes themselves."""
    values = rows.groupby("readout")["estimate"].mean().reindex(readouts).to_numpy(dtype=float)
    return np.where(readouts.isin(own), np.nan, values)


def _correlation(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float | None:
    if len(first) < FEWEST or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def beside(measured: pd.DataFrame, readouts: Sequence[str]) -> Mapping[str, tuple[MeasuredChange, ...]]:
    """What was measured of some readout genes, by their symbols.

    Args:
        measured: As `measured_changes` gives it.
        readouts: Symbols.
    """
    chosen = measured[measured["readout"].isin(list(readouts))].sort_values(["readout", "table"])
    found: dict[str, list[MeasuredChange]] = {}
    for readout, *change in chosen[["readout", "table", "estimate", "evidence"]].to_numpy(object):
        found.setdefault(str(readout), []).append(MeasuredChange(*change))
    return {name: tuple(changes) for name, changes in found.items()}
