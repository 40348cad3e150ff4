"""What the names of a screen's rows mean: perturbations of one or two genes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from db.errors import NeedsChoiceError
from db.genes.names import GeneNames, Resolution
from db.genes.perturbation_names import genes_in, name_of_genes
from db.records import Note
from tools.screens.ingestion import doubtful_rows as dirty

_REASONS = {"unknown": "unresolved", "ambiguous": "ambiguous", "date": "date"}


def resolve(
    names: GeneNames, rows: pd.DataFrame, columns: Mapping[str, pd.Series[str]], controls: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[Note]]:
    """Gives each row its perturbation, and sets rows aside whose names do not mean one gene.

    Of a pair ``A+B`` both names are resolved and put in alphabetical order; where one of them is a negative control
    the row is of the other gene alone.

    Args:
        names: Names of the organism.
        rows: Typed rows; their index is that of the table's rows.
        columns: Namespace → identifiers, indexed as the table's rows are.
        controls: Names of negative controls beyond the known ones.

    Returns:
        The rows with the columns perturbation, gene_id and second_gene_id, and a note for each row set aside.
    """
    declared = {control.strip().casefold() for control in controls}
    identifiers = {space: column.loc[rows.index].tolist() for space, column in columns.items()}
    if identifiers or rows.empty:
        codes, written = np.arange(len(rows)), rows["name"].tolist()
    else:
        # Without identifiers equal names mean the same, so that replicates cost nothing more.
        codes, distinct = pd.factorize(rows["name"])
        written = list(distinct)
    parts = [_genes_of(name, declared) for name in written]
    flat = [part for row in parts for part in row]
    found = names.resolve(flat, identifiers if len(flat) == len(rows) else None)
    if len(flat) == len(written):
        meant = [[resolution] for resolution in found]
    else:
        one_by_one = iter(found)
        meant = [[next(one_by_one) for _ in row] for row in parts]
    meanings = pd.DataFrame([_meaning(one) for one in meant], columns=["perturbation", "gene_id", "second_gene_id"])
    meanings = meanings.astype({"gene_id": "int64", "second_gene_id": "Int64"})
    each = meanings.take(codes).set_axis(rows.index)
    named = rows.assign(
        perturbation=each["perturbation"], gene_id=each["gene_id"], second_gene_id=each["second_gene_id"]
    )
    good = (named["perturbation"] != "").to_numpy(dtype=bool)
    notes = [
        dirty.note_of(row, *_why(meant[code]))
        for row, code in zip(named[~good].to_dict("records"), codes[~good], strict=True)
    ]
    return named[good], notes


def _genes_of(name: str, controls: Collection[str] = ()) -> list[str]:
    parts = genes_in(name)
    genes = [part for part in parts if not dirty.is_control(part, controls)]
    return genes if genes and len(parts) == 2 else parts


def _meaning(resolutions: Sequence[Resolution]) -> tuple[str, int, int | None]:
    """Perturbation, gene and second gene; an empty perturbation where there is none."""
    if len(resolutions) == 1:
        gene = resolutions[0].gene
        return ("", 0, None) if gene is None else (gene.symbol, gene.id, None)
    genes = sorted({(r.gene.symbol, r.gene.id) for r in resolutions if r.gene is not None})
    if len(genes) != len(resolutions) or len(genes) > 2:
        return "", 0, None
    second = genes[1][1] if len(genes) == 2 else None
    return name_of_genes(symbol for symbol, _ in genes), genes[0][1], second


def _why(resolutions: Sequence[Resolution]) -> tuple[str, str]:
    for resolution in resolutions:
        if resolution.gene is None:
            return _REASONS[resolution.status], resolution.detail
    if len(resolutions) > 2:
        return "unresolved", "A perturbation has one or two target genes."
    return "unresolved", "Both names of the pair mean the same gene."


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
    parts = [_genes_of(name) for name in listed]
    found = iter(names.resolve([part for row in parts for part in row]))
    meant = [_meaning([next(found) for _ in row])[0] for row in parts]
    lost = [name for name, perturbation in zip(listed, meant, strict=True) if perturbation not in measured]
    return tuple(sorted({p for p in meant if p in measured})), tuple(sorted(lost))
