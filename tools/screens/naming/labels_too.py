"""Labels of controls that are symbols of genes, too: which of the two a file means, by what stands around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

import pandas as pd

from db.acts import option
from db.genes.control_names import GENES_TOO, is_declared

WHOLE_LIBRARY = 1_000
"""Among so many genes, one whose symbol looks like a label is likelier than a second kind of label."""
_MORE_GUIDES = 2
"""A label that has more guides than so many usual genes is no gene."""


def genes_too(
    rows: pd.DataFrame, controls: Mapping[str, bool], declared: Collection[str]
) -> tuple[list[str], tuple[str, ...]]:
    """Labels that are an approved symbol too, and are that gene here.

    ``CTRL`` is the gene where it is one row among genes that are written like it. It is a control where it has more
    rows or guides than a gene, is numbered or paired, or its row stands beside that of another control in a file that
    is no whole library; ``ctrl`` always is.

    Args:
        rows: Typed rows.
        controls: Name → whether it is known to label controls.
        declared: Names and patterns that ``--controls`` gives, case folded.

    Returns:
        The labels that are genes, and a sentence on each label that might have been read the other way.
    """
    labels = [name for name in controls if name.upper() in GENES_TOO and not is_declared(name, declared)]
    why = {name: _why_control(name, rows, controls) for name in labels}
    return [name for name in labels if not why[name]], tuple(_said(name, why[name]) for name in labels)


def _said(label: str, why: str) -> str:
    symbol = f"the gene {label if label in GENES_TOO else label.upper()}"
    if why:
        return f"{label} is read as a control and not as {symbol}, since {why}. Where the gene is meant, give its id."
    return (
        f"{label} is read as {symbol}: it stands among genes as one of them. As a control: {option(controls=[label])}."
    )


def _why_control(label: str, rows: pd.DataFrame, controls: Mapping[str, bool]) -> str:
    """Why a label is a control here, in half a sentence; empty where it is the gene."""
    counts = Counter(rows["name"].tolist())
    others = [name for name in counts if name != label]
    # One search through all names at once takes a tenth of the time of one for each.
    other = re.compile(rf"(?:^|[^a-z0-9\n]){label.lower()}(?:[^a-z0-9\n]|\d|$)", re.MULTILINE)
    if label not in GENES_TOO or not others:
        return "genes are not written so"
    if counts[label] > max(counts[name] for name in others) or _has_many_guides(label, rows):
        return "it has more rows or guides than a gene"
    if other.search("\n".join(others).lower()):
        return "other names are numbered or paired with it"
    style = str.isupper if label.isupper() else str.istitle
    if sum(map(style, others)) <= len(others) / 2:
        return "the genes of the file are written otherwise"
    beside = [name for name in _neighbours(label, rows) if controls[name]]
    return f"it stands beside another control ({beside[0]})" if beside and len(others) < WHOLE_LIBRARY else ""


def _neighbours(label: str, rows: pd.DataFrame) -> list[str]:
    """The names in the rows before and behind a label's: a gene among genes stands in their order."""
    # Each name once, since a gene of several replicates stands beside itself.
    names = list(dict.fromkeys(rows["name"].tolist()))
    at = names.index(label)
    return [names[place] for place in (at - 1, at + 1) if 0 <= place < len(names)]


def _has_many_guides(label: str, rows: pd.DataFrame) -> bool:
    own, usual = rows.loc[rows["name"] == label, "guides"].max(), rows["guides"].median()
    return bool(pd.notna(own) and pd.notna(usual) and own > _MORE_GUIDES * usual)
