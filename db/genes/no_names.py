"""Words that stand where a gene's name should and are none; they come before genes that have them as aliases.

``NA`` was the symbol of XK, ``NaN`` is an alias of SCN11A and ``ALL`` one of BCR.
"""

from __future__ import annotations

_MISSING = frozenset({
    "na", "n/a", "#n/a", "<na>", "nan", "none", "null", "nil", "-", "--", "---", ".", "..", "?", "??", "*", "#name?",
    "#ref!", "#value!", "#null!", "#num!", "#div/0!", "missing", "unknown", "undefined", "unannotated", "void", "blank",
    "(blank)", "no_gene", "no gene", "nogene", "no_symbol", "no symbol", "not_found", "not found", "not_available",
    "not available", "no_name", "n.a.", "n.d.",
})  # fmt: skip
_UNASSIGNED = frozenset({"unassigned", "unmapped", "not_assigned", "not assigned"})
_TOTALS = frozenset({
    "total", "totals", "subtotal", "grand total", "sum", "mean", "median", "average", "avg", "overall", "all",
    "all genes", "summe", "gesamt", "mittelwert",
})  # fmt: skip


def no_name(name: str) -> str:
    """What a word says that stands where a gene's name should, in half a sentence; empty where it may be a name.

    Args:
        name: A cell of a table or a line of a list, such as ``NA``, ``None`` or ``Total``.
    """
    word = name.casefold()
    if word in _UNASSIGNED:
        return "says that guides have none"
    if word in _MISSING:
        return "is how a missing value is written"
    return "is the heading of a sum or mean" if word in _TOTALS else ""
