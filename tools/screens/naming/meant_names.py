"""What the names of a file's rows mean, row by row: genes, pairs, controls, and names in the form of the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db.genes.control_names import GENES_TOO, is_control
from db.genes.names import GeneNames
from db.genes.names_inside import is_float
from db.genes.perturbation_names import genes_in
from db.genes.resolutions import Resolution
from tools.screens.naming.written_names import Written, written_names

NEARLY_ALL = 0.8
"""A partner that this share of all pairs has, and that is no approved symbol, is a control."""


@dataclass(frozen=True)
class Meant:
    """What the names of rows mean.

    Attributes:
        keys: A key for each row: its name, or its label where it has identifiers of its own.
        resolved: Key → the resolutions of its genes; none where it is of controls alone.
        names: The file's distinct names, words for nothing left out.
        remarks: What is to be said of them, a sentence each.
    """

    keys: pd.Index[Any]
    resolved: dict[Any, list[Resolution]]
    names: list[str]
    remarks: tuple[str, ...] = ()

    def of_controls(self, key: Any) -> bool:  # noqa: ANN401 – a name or a row's label
        """Whether a key is of controls alone."""
        return not self.resolved[key]


def meant_names(
    rows: pd.DataFrame,
    names: GeneNames,
    identifiers: Mapping[str, pd.Series[str]],
    declared: Collection[str],
    cut: str,
) -> tuple[Meant, Written]:
    """Finds the genes of each row's name, or of its identifiers.

    Args:
        rows: Typed rows.
        names: Names of the organism.
        identifiers: Namespace → identifiers, indexed as the table's rows are.
        declared: Further names of controls, case folded.
        cut: First letters that the tool which wrote the file cuts from names; empty for none.

    Returns:
        What the rows mean, and what names were that nobody carries.
    """
    distinct = list(rows["name"].unique())
    targets = {name: parts_of(name, declared) for name in distinct}
    found = _resolved(targets.values(), names)
    found |= _cut_names(distinct, found, names, cut) if cut else {}
    unknown = [name for name, parts in targets.items() if parts == [name] and found[name].status == "unknown"]
    written = written_names(unknown, len(distinct), names, declared)
    targets |= {name: _genes_of(parts, declared) for name, parts in written.targets.items()}
    found |= _resolved([parts for parts in targets.values() if any(part not in found for part in parts)], names)
    partner, said = _partner(targets, found)
    said = (*said, *_labels_too(targets))
    targets |= {
        name: [part for part in parts if part != partner] for name, parts in targets.items() if partner in parts
    }
    resolved: dict[Any, list[Resolution]] = {name: [found[part] for part in parts] for name, parts in targets.items()}
    own = [name for name in distinct if not (targets[name] and found[targets[name][0]].status == "no-name")]
    if not identifiers:
        return Meant(pd.Index(rows["name"]), resolved, own, said), written
    single = rows["name"].map({name: len(parts) == 1 for name, parts in targets.items()}).to_numpy(dtype=bool)
    alone = rows[single]
    spaces = {space: column.loc[alone.index].tolist() for space, column in identifiers.items()}
    by_id = names.resolve([targets[name][0] for name in alone["name"]], spaces)
    keys = rows["name"].astype(object).mask(single, pd.Series(rows.index, index=rows.index, dtype=object))
    resolved |= {row: [one] for row, one in zip(alone.index, by_id, strict=True)}
    return Meant(pd.Index(keys), {key: resolved[key] for key in dict.fromkeys(keys)}, own, said), written


def _resolved(parts: Collection[Sequence[str]], names: GeneNames) -> dict[str, Resolution]:
    distinct = list(dict.fromkeys(part for one in parts for part in one))
    return dict(zip(distinct, names.resolve(distinct), strict=True))


def _labels_too(targets: Mapping[str, Sequence[str]]) -> list[str]:
    """What is said of labels that are symbols too, where they stood beside a gene."""
    alone = [name for name, parts in targets.items() if len(parts) == 1 and parts[0] != name]
    found = {part for name in alone for part in re.split("[^A-Za-z0-9]+", name) if part in GENES_TOO}
    return [f"{label} beside a gene is read as a control, not as the gene of that symbol." for label in sorted(found)]


def _cut_names(
    distinct: Sequence[str], found: Mapping[str, Resolution], names: GeneNames, cut: str
) -> dict[str, Resolution]:
    """Names that may have lost their first letters, in a file in which no name begins with these: of no gene for sure.

    MAGeCK MLE takes ``sg`` for a mark of guides: SGSH becomes SH, and SGPP2 becomes PP2, an alias of NPY6R.
    """
    if any(name.upper().startswith(cut) for name in distinct):
        return {}
    whole = {name: f"{cut}{name.upper()}" for name in distinct if name in found and found[name].status != "approved"}
    return {
        name: Resolution(
            name, None, "ambiguous", detail=f"{name} may be {symbol}, of whose name {cut} was cut by the tool."
        )
        for name, symbol in whole.items()
        if symbol in names.symbols
    }


def parts_of(name: str, declared: Collection[str] = ()) -> list[str]:
    """The genes of a name; the ``+`` of a number with an exponent parts nothing.

    Args:
        name: A name as the file has it.
        declared: Further names of controls, case folded.
    """
    return [name] if "+" not in name or is_float(name) else _genes_of(genes_in(name), declared)


def _genes_of(parts: Sequence[str], declared: Collection[str]) -> list[str]:
    """The parts of a pair that are genes; all parts of what is no pair."""
    if len(parts) != 2:
        return list(parts)
    return [part for part in parts if not is_control(part, declared)]


def _partner(
    targets: Mapping[str, Sequence[str]], found: Mapping[str, Resolution]
) -> tuple[str | None, tuple[str, ...]]:
    """A partner that nearly every pair has and that is nobody's approved symbol: a control under a name of its own."""
    pairs = [parts for parts in targets.values() if len(parts) == 2]
    counts = Counter(part for parts in pairs for part in parts)
    if len(pairs) < 5 or counts.most_common(1)[0][1] < NEARLY_ALL * len(pairs):
        return None, ()
    partner = counts.most_common(1)[0][0]
    if found[partner].status in ("approved", "identifier"):
        return None, ()
    return partner, (f"{partner} stands beside nearly every gene: it is read as a control, not as a gene.",)
