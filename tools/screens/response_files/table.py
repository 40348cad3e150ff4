"""What every form of a file of responses is made into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from db.screens.response_plan import RowSource


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """A table with one row for each perturbation and readout.

    Attributes:
        source: Where its rows stand.
        decimal: The sign between whole number and fraction, in columns that do not say it themselves.
        genes: Name of a perturbation → the gene that it perturbs, where the name says more, such as an allele.
        made: Fields whose columns were made from the file's, and are called as the field is.
        contrasts: Whether names of perturbations are those of contrasts, a part of which is the gene.
        unlabelled: Whether its rows are of use although nothing tells which respond.
    """

    source: RowSource
    decimal: str = "."
    genes: Mapping[str, str] = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    contrasts: bool = False
    unlabelled: bool = False

    @property
    def path(self) -> Path:
        """The file."""
        return self.source.path

    @property
    def columns(self) -> list[str]:
        """Names of its columns."""
        return list(self.source.columns)
