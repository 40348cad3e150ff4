"""One context made ready: its train rows as matrices, the feature rows of its names, and the kernels between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.responses.annotation import VERSION as ANNOTATION
from tools.responses.annotation import Annotation
from tools.responses.kernels import VERSION as KERNELS
from tools.responses.kernels import Coresponses, Floats, coresponses, cosines, mixed, unit_of
from tools.responses.predictors.base import TrainingResponses

Places = npt.NDArray[np.int64]

VERSION = ("label_table 1", *ANNOTATION, *KERNELS)
MIXED = ("go", "coessentiality", "string", "spectral")
"""Sources whose mean makes the kernels."""
POWER, READOUT_POWER = 2.5, 1.5
"""Of the kernel between perturbations and of the one between readouts."""
SINGLE_POWER = 1.5
"""Of the kernels of one source."""
SINGLES = ("string", "go", "coessentiality", "text", "reactome")
"""Sources that also vote alone."""


@dataclass(frozen=True)
class Labels:
    """Train rows as matrices, perturbations × readouts.

    Attributes:
        known: 1 where a row says whether the pair responds.
        responds: 1 where it does.
        sign: +1 up, −1 down, 0 where the pair does not respond or its direction is not known.
    """

    known: Floats
    responds: Floats
    sign: Floats

    def of(self, rows: Places) -> Labels:
        """The labels of some perturbations.

        Args:
            rows: Their places.
        """
        return Labels(self.known[rows], self.responds[rows], self.sign[rows])


@dataclass(frozen=True)
class Context:
    """One context, ready to be asked.

    Attributes:
        name: Its name.
        perturbations: Names, sorted.
        readouts: Names, sorted.
        labels: The train rows.
        perturbed: Source → feature rows of the perturbations.
        alike: Source → cosine between perturbations.
        read: Source → feature rows of the readouts.
        read_genes: Readouts × genes of the annotation, sparse.
        units: Source → 99th percentile of the cosine between perturbations.
        kernel: Perturbations × perturbations.
        readout_kernel: Readouts × readouts, by annotation.
        between: How alike readouts answer, by all labels.
    """

    name: str
    perturbations: pd.Index[str]
    readouts: pd.Index[str]
    labels: Labels
    perturbed: Mapping[str, Any]
    alike: Mapping[str, Floats]
    read: Mapping[str, Any]
    read_genes: Any
    units: Mapping[str, float]
    kernel: Floats
    readout_kernel: Floats
    between: Coresponses


@dataclass(frozen=True)
class Pairs:
    """Pairs that are asked about.

    Attributes:
        names: Perturbations, unique.
        rows: Source → their feature rows.
        link: STRING edges, names × genes of the annotation, sparse.
        perturbation: Place in `names` of each pair.
        readout: Name of the readout of each pair.
    """

    names: pd.Index[str]
    rows: Mapping[str, Any]
    link: Any
    perturbation: Places
    readout: npt.NDArray[np.object_]


def prepare(responses: TrainingResponses, annotation: Annotation) -> Context:
    """Makes a context ready; the order of its rows changes nothing.

    Args:
        responses: Its train rows.
        annotation: What is known of the genes.
    """
    table = responses.rows
    perturbations: pd.Index[str] = pd.Index(sorted(set(table["perturbation"])), dtype=object)
    readouts: pd.Index[str] = pd.Index(sorted(set(table["readout"])), dtype=object)
    perturbed = annotation.rows(annotation.membership(list(perturbations), {}))
    genes = annotation.membership(list(readouts), responses.members)
    read = annotation.rows(genes)
    alike = cosines(perturbed, perturbed)
    units = {source: unit_of(kernel) for source, kernel in alike.items()}
    some = _some(read)
    near = cosines(some, some)
    labels = _labels(table, perturbations, readouts)
    kernel = mixed(alike, units, MIXED, POWER)
    return Context(
        name=responses.name,
        perturbations=perturbations,
        readouts=readouts,
        labels=labels,
        perturbed=perturbed,
        alike=alike,
        read=read,
        read_genes=genes,
        units=units,
        kernel=kernel,
        readout_kernel=mixed(near, {s: unit_of(k) for s, k in near.items()}, MIXED, READOUT_POWER),
        between=coresponses(kernel, labels.sign, labels.responds),
    )


def _some(rows: Mapping[str, Any]) -> dict[str, Any]:
    """The sources that are mixed, or all where none of them is there."""
    return {source: rows[source] for source in MIXED if source in rows} or dict(rows)


def _labels(table: pd.DataFrame, perturbations: pd.Index[str], readouts: pd.Index[str]) -> Labels:
    rows, columns = places(perturbations, table["perturbation"]), places(readouts, table["readout"])
    known, responds, sign = (np.zeros((len(perturbations), len(readouts)), dtype=np.float32) for _ in range(3))
    known[rows, columns] = 1
    responds[rows, columns] = table["de"].to_numpy(dtype=bool)
    up = table["up"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    sign[rows, columns] = np.where(np.isnan(up), 0, 2 * up - 1)
    return Labels(known, responds, sign)


def places(names: pd.Index[str], wanted: pd.Series[str] | npt.NDArray[np.object_]) -> Places:
    """Place of each wanted name, −1 where it is not among `names`.

    Args:
        names: Unique names.
        wanted: Any names.
    """
    return np.asarray(names.get_indexer(pd.Index(wanted, dtype=object)), dtype=np.int64)


def ask(pairs: pd.DataFrame, annotation: Annotation) -> Pairs:
    """Pairs with the feature rows of their perturbations.

    Args:
        pairs: Columns perturbation and readout.
        annotation: What is known of the genes.
    """
    names: pd.Index[str] = pd.Index(sorted(set(pairs["perturbation"])), dtype=object)
    genes = annotation.membership(list(names), {})
    link = genes @ annotation.link
    return Pairs(
        names, annotation.rows(genes), link, places(names, pairs["perturbation"]), pairs["readout"].to_numpy(object)
    )
