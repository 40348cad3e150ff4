"""How a file of a screen is read: the options that every tool on such files takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from db.records import EstimateKind
from tools.parameters import Parameters

Meaning = Literal["raises", "lowers", "unsigned"]
"""What a positive effect of a file says of the phenotype; ``unsigned`` where it says how strong, but not which way."""

Repeats = Literal["strongest", "mean", "by-p", ""]
"""Which of several rows of one perturbation is used."""


@dataclass(frozen=True)
class Reading(Parameters):
    """How a file is read; what is left empty is told by the file itself.

    Attributes:
        reader: Name of the reader; by the file's header where empty.
        columns: Field → column of the file, for tables whose columns are not known by name.
        where: Column → value; only these rows are read, for files that hold several screens.
        suffix: Column suffix that picks one screen out of a wide file.
        positive_means: ``raises`` or ``lowers``: what a positive value of the file says of the phenotype, where the
            file does not say it; ``unsigned`` for scores that say how strong an effect is, but not which way it goes.
        controls: Names of negative-control rows, beyond those that are known; ``*`` and ``?`` stand for any letters,
            as in ``pseudo_*``.
        encoding: Text encoding, where it is not UTF-8.
        estimate_kind: What the effect column holds where its name does not say: ``lfc``, ``beta``, ``z``,
            ``signed_log10_p``, ``bayes_factor`` or ``rank``.
        strict: Refuse the file if any row would be kept aside; rows of declared `controls` may stand.
        no_header: The file's first line is a row already; its columns are called 1, 2, 3 … by their place.
        sheet: The sheet of a workbook that is read, by its name or its number, where several hold a table.
        repeats: Of several rows of one gene or pair that differ: ``strongest`` takes the largest effect, ``by-p`` the
            one of the smallest p, ``mean`` the mean. Where empty, start sites and transcripts of a gene are told by
            their strongest, and other rows that differ are kept aside.
        most_unresolved: The largest share of names that may mean no gene, 0 to 1; above it a file is refused.
    """

    reader: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    positive_means: Literal["raises", "lowers", "unsigned", ""] = ""
    controls: Sequence[str] = ()
    encoding: str = ""
    estimate_kind: EstimateKind = "lfc"
    strict: bool = False
    no_header: bool = False
    sheet: str = ""
    repeats: Repeats = ""
    most_unresolved: float = 0.3

    def __post_init__(self) -> None:
        """Takes copies, so that what is frozen stays as it was given."""
        for name, kind in (("columns", dict), ("where", dict), ("controls", tuple)):
            object.__setattr__(self, name, kind(getattr(self, name) or ()))

    def of_the_rows(self) -> dict[str, Any]:
        """What decides, beside a file's bytes and its reader, which rows and numbers are read, as JSON values.

        It is part of the hash by which a store knows a file again: a field more or less makes every file a new one, so
        that what came later is there only where it is given.
        """
        later = {"no_header": self.no_header, "sheet": self.sheet, "repeats": self.repeats}
        return {
            "columns": dict(self.columns), "where": dict(self.where), "suffix": self.suffix, "encoding": self.encoding,
            "controls": list(self.controls), "estimate_kind": self.estimate_kind,
            **{name: value for name, value in later.items() if value},
        }  # fmt: skip


BY_ITSELF = Reading()
"""How a file is read of which nothing is said."""
