"""Rows of negative controls, taken out of a screen's file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import translate

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.genes.control_names import is_control, is_declared
from db.genes.name_forms import near_names
from db.genes.perturbation_names import genes_in
from db.records import Note
from tools.screens.ingestion.sorted_rows import note_of
from tools.screens.naming.labels_too import genes_too

_LIKELY = re.compile(
    r"control|ctrl|non.?target|unassigned|scrambl|untreated|mock|wild.?type|unperturbed|olfr|safe", re.IGNORECASE
)
_GENE_STEM = re.compile(
    r"GENE$|LOC|FLJ|KIAA|LINC|MIR|Gm|RP\d|A[CLP]\d|CT[ABCD]|SNOR|C\d+orf|CG|HGNC|ENS|OR\d", re.IGNORECASE
)
"""Stems of genes and clones that are numbered."""
ALIKE = 10
"""From this many unresolved names under one stem on, they are offered as controls."""
_STEM = re.compile(r"[-_ .#:]*\d+$")
_WHY = "A negative control, kept apart from the genes."


def folded(declared: Iterable[str]) -> set[str]:
    """Names and patterns that ``--controls`` gives, as they are compared.

    Args:
        declared: Names as they were given.
    """
    return {name.strip().casefold() for name in declared} - {""}


def split_controls(
    rows: pd.DataFrame, declared: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[Note], tuple[str, ...]]:
    """Takes the rows of negative controls out.

    Args:
        rows: Typed rows.
        declared: Names and patterns that ``--controls`` gives, in any case, beyond the known ones.

    Returns:
        The other rows, the controls (those without a finite estimate left out), a note for each control row, and
        what is to be said of names that are of a gene as well.
    """
    known = folded(declared)
    controls = {name: is_control(name, known) for name in dict.fromkeys(rows["name"].tolist())}
    genes, said = genes_too(rows, controls, known)
    controls |= dict.fromkeys(genes, False)
    mask = rows["name"].map(controls).to_numpy(dtype=bool)
    found = rows[mask]
    notes = [note_of(row, "control", _WHY) for row in found.to_dict("records")]
    return rows[~mask], as_controls(found), notes, said


def as_controls(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of controls that have a finite estimate.

    Args:
        rows: Typed rows.
    """
    finite = np.isfinite(rows["estimate"].to_numpy(dtype=float))
    kept: pd.DataFrame = rows.loc[finite]
    return kept


def refuse_unmatched(names: Iterable[str], declared: Sequence[str], file_name: str) -> None:
    """Refuses a declared name or pattern that no row has, alone or as one of a pair.

    Args:
        names: All names of the file.
        declared: What ``--controls`` gives.
        file_name: Name of the file, for the message.

    Raises:
        InvalidValueError: One of them matches nothing; near names are given.
    """
    if not declared:
        return
    distinct = list(dict.fromkeys(names))
    for one in declared:
        known = folded([one])
        inside = translate(one.strip().casefold()).removeprefix("(?s:").removesuffix(r")\Z")
        part = re.compile(rf"(?s:(?:^|[^a-z0-9])(?:{inside})(?:[-_ .#]?\d+)?(?:[^a-z0-9]|$))")
        if not known or any(
            any(is_declared(gene, known) for gene in genes_in(name)) or part.search(name.casefold())
            for name in distinct
        ):
            continue
        near = _near(one, distinct)
        raise InvalidValueError(
            f"No row of {file_name} is named {one!r}, which {option(controls=[one])} declares a control.",
            f"Near it: {', '.join(near)}. A pattern such as {option(controls=['pseudo_*'])} takes all that begin so."
            if near
            else f"Give the names as the file has them, or a pattern such as {option(controls=['pseudo_*'])}.",
        )


def _near(wanted: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names like a declared one: those that hold it, else those that look like it."""
    plain = re.sub(r"[^a-z0-9]", "", wanted.casefold())
    holding = [name for name in names if plain and plain in re.sub(r"[^a-z0-9]", "", name.casefold())][:3]
    if holding:
        return tuple(holding)
    index: dict[str, list[str]] = {}
    for name in names:
        index.setdefault(name[:2].upper(), []).append(name)
    return near_names(wanted.strip("*?"), index)


def offered_controls(unresolved: Iterable[str]) -> tuple[str, ...]:
    """What is to be said of unresolved names that come in numbers under one stem: most likely they are controls.

    Args:
        unresolved: Names that mean no gene.
    """
    names = list(unresolved)
    labels = [name for name in names if _LIKELY.search(name)]
    stems = Counter(_STEM.sub("", name) for name in names if _STEM.search(name))
    likely = (
        [f"{labels[0]} looks like a label of controls; if it is one: {option(controls=[labels[0]])}."] if labels else []
    )
    return *likely, *(
        f"{count:,} names that mean no gene begin with {stem!r}; if they are negative controls:"
        f" {option(controls=[f'{stem}*'])}."
        for stem, count in stems.most_common(3)
        if count >= ALIKE and len(stem) > 1 and not _GENE_STEM.match(stem)
    )
