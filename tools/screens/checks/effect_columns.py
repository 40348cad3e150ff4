"""Columns that were named as the effect and are none: p-values, scores and ranks of one side, counts of guides."""

from __future__ import annotations

import pandas as pd

from db.acts import COLUMN, option
from db.errors import NeedsChoiceError
from db.records import EstimateKind
from tools.screens.checks.column_names import looks_like, words_of
from tools.screens.checks.foreign_tables import columns_of_effects
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import SourceFile

_SHARES = frozenset({"precision", "recall", "probability", "prob", "pip", "posterior"})
_SIDES = frozenset({"neg", "pos", "negative", "positive", "lo", "rra", "rho"})


def refuse_no_effect(
    estimates: pd.Series[float], column: str, kind: EstimateKind, source: SourceFile, reading: Reading
) -> None:
    """Refuses a column that says how sure or how far ahead a gene is: it would be taken for one that always raises.

    Args:
        estimates: The column's numbers.
        column: Its name.
        kind: What the effect is taken for.
        source: The open file.
        reading: How it is read.

    Raises:
        NeedsChoiceError: It is one.
    """
    what = _what_it_is(estimates.dropna(), column, kind)
    if not what:
        return
    others = [one for one in columns_of_effects(source, reading) if one != column]
    looks = looks_like(column)
    own = f", and this column as what it is ({option(columns={looks: column})})" if looks else ""
    ranks = f" Ranks are read with {option(estimate_kind='rank')}." if what.endswith("ranks") else ""
    raise NeedsChoiceError(
        f"{column!r} of {source.path.name} {what}: it is no effect.",
        f"Name the effect ({option(columns={'estimate': others[0] if others else COLUMN})}){own}. That of a known"
        f" format is found without {option('columns')}.{ranks}",
    )


def _what_it_is(values: pd.Series[float], column: str, kind: EstimateKind) -> str:
    """What a column is, as the rest of a sentence; empty where it may be an effect."""
    if values.empty:
        return ""
    looks, words = looks_like(column), set(words_of(column))
    chances, counts = bool(values.between(0, 1).all()), bool(((values >= 0) & (values == values.round())).all())
    if chances and looks in ("p", "fdr"):
        return "looks like a p-value or an FDR, and all of it lies between 0 and 1"
    if chances and words & _SIDES and words & {"score", "value"}:
        return "is the score of a rank test, which is small, as a p is, where a gene stands out on one side"
    if chances and words & _SHARES:
        return "says how sure something is, between 0 and 1"
    if counts and (looks == "guides" or any("sgrna" in word for word in words)):
        return "counts guides"
    return "holds ranks" if counts and kind != "rank" and words & {"rank", "ranks", "ranking"} else ""
