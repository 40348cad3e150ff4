"""What the names of a screen's rows mean: perturbations of one or two genes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from db.acts import COLUMN, option
from db.errors import NeedsChoiceError, RefusedFileError
from db.genes.names import GeneNames
from db.genes.names_inside import whole_number
from db.genes.perturbation_names import name_of_genes
from db.genes.resolutions import Resolution
from db.records import Note, Organism
from tools.screens.ingestion.sorted_rows import SortedRows, note_of
from tools.screens.naming.control_rows import as_controls, folded, offered_controls
from tools.screens.naming.meant_names import Meant, meant_names, parts_of
from tools.screens.naming.shifted_ids import refuse_shifted
from tools.screens.naming.written_names import Written

_REASONS = {
    "unknown": "unresolved", "no-name": "unresolved", "control": "unresolved", "ambiguous": "ambiguous",
    "contradictory": "ambiguous", "date": "date",
}  # fmt: skip
_NAMELESS = frozenset({*_REASONS.values(), "several-genes"})
_RENAMED = {"alias": "alias", "previous": "former-name"}
_MEANING = ["perturbation", "gene_id", "second_gene_id"]


@dataclass(frozen=True)
class NamedRows:
    """Rows with their perturbations.

    Attributes:
        found: The rows with the columns perturbation, gene_id and second_gene_id, and those that were set aside.
        names: The file's distinct names, controls and words for nothing left out.
        unresolved: Those of them that nobody carries.
        sites: Whether names end in a start site or transcript, of which a gene may have several.
    """

    found: SortedRows
    names: tuple[str, ...]
    unresolved: tuple[str, ...]
    sites: bool


def named_rows(
    found: SortedRows,
    names: GeneNames,
    identifiers: Mapping[str, pd.Series[str]],
    controls: Sequence[str] = (),
    file_name: str = "the file",
    cut: str = "",
) -> NamedRows:
    """Gives each row its perturbation, and sets rows aside whose names do not mean one gene or a pair.

    Of a pair ``A+B`` both names are resolved and put in alphabetical order; where one of them is a negative control
    the row is of the other gene alone. Names that nobody carries are read by the form that most names of the file
    have. Identifiers are of rows with one gene, and win over its name; pairs go by their names.

    Args:
        found: Typed rows; their index is that of the table's rows.
        names: Names of the organism.
        identifiers: Namespace → identifiers, indexed as the table's rows are.
        controls: Names and patterns of negative controls beyond the known ones.
        file_name: Name of the file, for messages.
        cut: First letters that the tool which wrote the file cuts from names.

    Raises:
        RefusedFileError: In most rows symbol and identifier are of different genes.
    """
    declared = folded(controls)
    meant, written = meant_names(found.rows, names, identifiers, declared, cut)
    apart = refuse_shifted(meant.resolved, names, file_name)
    meanings = pd.DataFrame(
        [_meaning(one) for one in meant.resolved.values()], index=list(meant.resolved), columns=_MEANING
    )
    keys = meant.keys
    each = meanings.astype({"gene_id": "int64", "second_gene_id": "Int64"}).loc[keys].set_axis(found.rows.index)
    named = found.rows.assign(**each)
    good = (named["perturbation"] != "").to_numpy(dtype=bool)
    rest, rest_keys = named[~good], keys[~good]
    control = pd.Series([meant.of_controls(key) for key in rest_keys], index=rest.index, dtype=bool)
    notes = [
        note_of(row, *_why(row["name"], meant.resolved[key], written))
        for row, key, is_one in zip(rest.to_dict("records"), rest_keys, control, strict=True)
        if not is_one
    ]
    own = rest[control].drop(columns=_MEANING)
    why = "A negative control, kept apart from the genes."
    notes += [note_of(row, "control", why) for row in own.to_dict("records")]
    unresolved = _unresolved(meant, written)
    unplaced = [*unresolved, *(set(meant.resolved) - set(meant.names))] if not identifiers else unresolved
    kept = replace(
        found,
        rows=named[good],
        controls=pd.concat([found.controls, as_controls(own)]) if len(own) else found.controls,
        notes=(*found.notes, *notes, *_renamed(named[good], list(keys[good]), meant.resolved)),
        remarks=(
            *found.remarks,
            *written.remarks,
            *meant.remarks,
            *apart,
            *_numbers(meant),
            *offered_controls(unplaced),
        ),
    )
    return NamedRows(kept, tuple(meant.names), unresolved, written.sites)


def _meaning(resolutions: Sequence[Resolution]) -> tuple[str, int, int | None]:
    """Perturbation, gene and second gene; an empty perturbation where there is none."""
    if len(resolutions) == 1:
        gene = resolutions[0].gene
        return ("", 0, None) if gene is None else (gene.symbol, gene.id, None)
    genes = sorted({(r.gene.symbol, r.gene.id) for r in resolutions if r.gene is not None})
    if not genes or len(genes) != len(resolutions) or len(genes) > 2:
        return "", 0, None
    second = genes[1][1] if len(genes) == 2 else None
    return name_of_genes(symbol for symbol, _ in genes), genes[0][1], second


def _why(name: str, resolutions: Sequence[Resolution], written: Written) -> tuple[str, str]:
    if name in written.several:
        genes = ", ".join(written.several[name])
        return "several-genes", f"{name} names several genes ({genes}), so its row is of none of them alone."
    for resolution in resolutions:
        if resolution.gene is None:
            return _REASONS[resolution.status], resolution.detail
    if len(resolutions) > 2:
        return "several-genes", "A perturbation has one or two target genes."
    return "unresolved", "Both names of the pair mean the same gene."


def _unresolved(meant: Meant, written: Written) -> tuple[str, ...]:
    names = (
        resolutions[0].name if len(resolutions) == 1 else key
        for key, resolutions in meant.resolved.items()
        if any(one.status == "unknown" for one in resolutions)
    )
    return tuple(dict.fromkeys(str(name) for name in names if name not in written.several))


def _numbers(meant: Meant) -> list[str]:
    """What is said of numbers among the names, which are read as Entrez ids."""
    found = [one[0] for one in meant.resolved.values() if len(one) == 1 and one[0].status == "identifier"]
    numbers = [one for one in found if one.gene is not None and whole_number(one.name) is not None]
    if not numbers:
        return []
    first = numbers[0]
    symbol = first.gene.symbol if first.gene else ""
    return [f"{len(numbers):,} numbers among the names are read as Entrez ids: {first.name} is {symbol}."]


def _renamed(rows: pd.DataFrame, keys: Iterable[Any], resolved: Mapping[Any, Sequence[Resolution]]) -> list[Note]:
    """A flag for each row whose gene was found through an alias or a former symbol."""
    said = {
        key: (_RENAMED[one.status], one.detail)
        for key, resolutions in resolved.items()
        for one in resolutions
        if one.status in _RENAMED
    }
    if not said:
        return []
    lines = zip(rows["line"].tolist(), rows["name"].tolist(), keys, strict=True)
    return [Note(int(line), name, *said[key], kept_aside=False) for line, name, key in lines if key in said]


def refuse_empty(found: SortedRows, organism: Organism, file_name: str) -> None:
    """Refuses a file without any gene.

    Args:
        found: What is left after the names were read.
        organism: Whose genes were looked for.
        file_name: Name of the file, for the message.

    Raises:
        RefusedFileError: No name means one gene.
    """
    if found.rows.empty:
        first = next((note for note in found.notes if note.reason in _NAMELESS), None)
        shown = f"; the first is {first.name!r}: {first.detail}" if first else "."
        raise RefusedFileError(
            f"No name in {file_name} means one {organism} gene{shown}",
            f"Check the gene column ({option(columns={'gene': COLUMN})}) and {option('organism')}.",
        )


def symbol_of(names: GeneNames, gene: str) -> str:
    """The approved symbol of one gene; empty for an empty name.

    Args:
        names: Names of the organism.
        gene: A symbol, former symbol, alias or identifier.

    Raises:
        NeedsChoiceError: The name does not mean one gene.
    """
    if not gene:
        return ""
    found = names.resolve([gene])[0]
    if found.gene is None:
        raise NeedsChoiceError(
            f"The readout gene {gene!r} is not one gene: {found.detail}", "Give its approved symbol."
        )
    return found.gene.symbol


def listed_hits(
    names: GeneNames, listed: Sequence[str] | None, measured: set[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """A file's own hits as perturbations.

    Args:
        names: Names of the organism.
        listed: Names of the file's list, or None where it has none.
        measured: Perturbations with a row.

    Returns:
        The perturbations, sorted (None without a list), and the names of the list that lead to no row.
    """
    if listed is None:
        return None, ()
    parts = [parts_of(name) for name in listed]
    found = iter(names.resolve([part for row in parts for part in row]))
    meant = [_meaning([next(found) for _ in row])[0] for row in parts]
    lost = [name for name, perturbation in zip(listed, meant, strict=True) if perturbation not in measured]
    return tuple(sorted({p for p in meant if p in measured})), tuple(sorted(lost))
