"""What names of columns look like, in whatever spelling: as a tool wrote them, after R, or in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from db.acts import option
from tools.screens.tables.rows import folded, named

_LOOKS = {
    "fdr": re.compile(
        r"fdr|falsediscovery|padj|p(val|value|vals|values|wert)adj|adj(usted)?p|pkorr|qval|qwert|valeurq|bonferroni|fwer"
        r"|benjamini|^q$|^bh$"
    ),
    "p": re.compile(
        r"^pr[tfz]$|p(val|wert|waarde|vard|värd|verdi|værdi|vaerdi|valor|arvo)|val(ore?|eur|ue)(de)?p$|^probability$|p値|p值"
    ),
    "standard_error": re.compile(r"^(se|sem|stderr|lfcse|standarderror|standardfehler)$"),
    "z": re.compile(r"zscore|zstat|zwert|zvalue|^(norm|sum)?z$"),
    "guides": re.compile(
        r"^(num|numobs|guides|sgrnas)$|(n|num|numberof|number|count)(guide|sgrna|perturbation)"
        r"|(guide|sgrna)s?count"
    ),
}
_LOW = frozenset({"low", "neg", "negative", "synth", "down", "depleted", "less"})
_HIGH = frozenset({"high", "pos", "positive", "supp", "up", "enriched", "greater"})
_WORDS = {"fdr": "an FDR", "p": "a p-value", "standard_error": "a standard error", "z": "a z-score", "guides": "guides"}


def words_of(column: str) -> list[str]:
    """The words of a column's name, in small letters.

    Args:
        column: The name.
    """
    return [word for word in re.split(r"[\W_]+", column.casefold()) if word]


def looks_like(column: str) -> str:
    """The field that a column's name suggests: ``fdr``, ``p``, ``standard_error``, ``z`` or ``guides``, else empty.

    Args:
        column: The name; ``p-Wert`` is a p as ``P.Value`` is, and a logarithm of p is none.
    """
    words = words_of(column)
    plain = "".join(words)
    if "log" in plain and "logical" not in plain:
        return ""
    for field, pattern in _LOOKS.items():
        if pattern.search(plain) or (field in ("p", "z") and field in words):
            return field
    return ""


def side_named(column: str) -> str:
    """The side that a column's name speaks of: ``low``, ``high``, or empty.

    Args:
        column: The name, such as ``pval_synth`` or ``p.high``.
    """
    words = set(words_of(column))
    if bool(words & _LOW) == bool(words & _HIGH):
        return ""
    return "low" if words & _LOW else "high"


def found_columns(columns: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Field → column of the file, whatever sign stands between the words of its name.

    R writes ``neg.p.value`` where MAGeCK wrote ``neg|p-value``: both are ``negpvalue``.

    Args:
        columns: Names of the file's columns.
        wanted: Field → folded names, the likeliest first.
    """
    found = {field: named(columns, names) for field, names in wanted.items()}
    return {field: names[0] for field, names in found.items() if names}


def left_unread(columns: Iterable[str], read: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence on columns that look like p, FDR, z, standard error or guides, and are not read; none where all are.

    Args:
        columns: Names of the file's columns.
        read: Field → column that is read; a field that one column gives already is not looked for in others.
    """
    taken = {field.removesuffix("_low").removesuffix("_high") for field in read}
    taken |= {"z"} if "estimate" in read and looks_like(read["estimate"]) == "z" else set()
    left: list[str] = []
    for column in columns:
        field = looks_like(column)
        if field and field not in taken and column not in read.values():
            left.append(f"{column!r} looks like {_WORDS[field]} ({option(columns={_mapped(field, column): column})})")
    return (f"Not read: {'; '.join(left)}.",) if left else ()


def _mapped(field: str, column: str) -> str:
    side = side_named(column) if field in ("p", "fdr") else ""
    return "estimate" if field == "z" else f"{field}_{side}" if side else field


def is_same_column(one: str, other: str) -> bool:
    """Whether two names are one column's, by their letters and digits.

    Args:
        one: A name, as it was typed.
        other: A name, as the file has it.
    """
    return folded(one) == folded(other)
