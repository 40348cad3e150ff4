"""What the names of a screen's rows mean: perturbations of one or two genes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pandas as pd

from db.acts import COLUMN, option
from db.errors import NeedsChoiceError, RefusedFileError
from db.genes.names import GeneNames, Resolution
from db.genes.perturbation_names import genes_in, name_of_genes
from db.records import Organism
from tools.screens.ingestion.doubtful_rows import MOST_BAD, SortedRows, is_control, note_of

_REASONS = {"unknown": "unresolved", "ambiguous": "ambiguous", "date": "date"}
_MEANING = ["perturbation", "gene_id", "second_gene_id"]
_MOUSE = re.compile(r"[A-Z][a-z][A-Za-z0-9-]*|ENSMUSG\d+(\.\d+)?|MGI:\d+|\d+[A-Z]\d+Rik")
_HUMAN = re.compile(r"[A-Z][A-Z0-9-]*(orf\d+[A-Z]*)?|C(\d+|X)orf\d+[A-Z]*|ENSG\d+(\.\d+)?|HGNC:\d+")


def organism_of(names: Sequence[str], organism: str, file_name: str) -> Organism:
    """The organism of a file: as declared, else by how its names are written (TP53 or Trp53).

    Args:
        names: Names of the file, controls left out.
        organism: ``human``, ``mouse``, or empty to go by the names.
        file_name: Name of the file, for the message.

    Raises:
        NeedsChoiceError: Names of both organisms make up more than 5 % each.
    """
    if organism:
        return cast("Organism", organism)
    parts = [part for name in names for part in genes_in(name)]
    mouse = sum(_MOUSE.fullmatch(part) is not None for part in parts)
    human = sum(_HUMAN.fullmatch(part) is not None for part in parts)
    if min(mouse, human) > MOST_BAD * len(parts):
        raise NeedsChoiceError(
            f"{file_name} mixes species: {human} names are written as human genes are, {mouse} as mouse genes are.",
            f"Say which it is with {option(organism='human')} or {option(organism='mouse')}, or give one file for"
            " each.",
        )
    return "mouse" if mouse > human else "human"


def named_rows(
    found: SortedRows, names: GeneNames, identifiers: Mapping[str, pd.Series[str]], controls: Sequence[str] = ()
) -> SortedRows:
    """Gives each row its perturbation, and sets rows aside whose names do not mean one gene.

    Of a pair ``A+B`` both names are resolved and put in alphabetical order; where one of them is a negative control
    the row is of the other gene alone. Identifiers are of rows with one gene: in a file with pairs the names count.

    Args:
        found: Typed rows; their index is that of the table's rows.
        names: Names of the organism.
        identifiers: Namespace → identifiers, indexed as the table's rows are.
        controls: Names of negative controls beyond the known ones.

    Returns:
        The rows with the columns perturbation, gene_id and second_gene_id.
    """
    rows = found.rows
    keys, meant = _meant(rows, names, identifiers, {control.strip().casefold() for control in controls})
    meanings = pd.DataFrame([_meaning(one) for one in meant.values()], index=list(meant), columns=_MEANING)
    each = meanings.astype({"gene_id": "int64", "second_gene_id": "Int64"}).loc[keys].set_axis(rows.index)
    named = rows.assign(**each)
    good = (named["perturbation"] != "").to_numpy(dtype=bool)
    notes = [
        note_of(row, *_why(meant[key])) for row, key in zip(named[~good].to_dict("records"), keys[~good], strict=True)
    ]
    return replace(found, rows=named[good], notes=(*found.notes, *notes))


def refuse_unnamed(found: SortedRows, organism: Organism, file_name: str) -> None:
    """Refuses a file without any gene.

    Args:
        found: What is left after the names were read.
        organism: Whose genes were looked for.
        file_name: Name of the file, for the message.

    Raises:
        RefusedFileError: No name means one gene.
    """
    if found.rows.empty:
        first = next(note for note in found.notes if note.reason in _REASONS.values())
        raise RefusedFileError(
            f"No name in {file_name} means one {organism} gene; the first is {first.name!r}.",
            f"Check the gene column ({option(columns={'gene': COLUMN})}) and {option('organism')}.",
        )


def _meant(
    rows: pd.DataFrame, names: GeneNames, identifiers: Mapping[str, pd.Series[str]], controls: Collection[str]
) -> tuple[pd.Index[Any], dict[Any, list[Resolution]]]:
    """A key for each row, and what the genes of each key mean; the key is the name, unless rows have identifiers."""
    genes = {name: _genes_of(name, controls) for name in rows["name"].unique()}
    if identifiers and all(len(one) == 1 for one in genes.values()):
        own = {space: column.loc[rows.index].tolist() for space, column in identifiers.items()}
        resolved = names.resolve([genes[name][0] for name in rows["name"]], own)
        return rows.index, {row: [one] for row, one in zip(rows.index, resolved, strict=True)}
    distinct = list(dict.fromkeys(gene for one in genes.values() for gene in one))
    found = dict(zip(distinct, names.resolve(distinct), strict=True))
    return pd.Index(rows["name"]), {name: [found[gene] for gene in one] for name, one in genes.items()}


def _genes_of(name: str, controls: Collection[str] = ()) -> list[str]:
    parts = genes_in(name)
    genes = [part for part in parts if not is_control(part, controls)]
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
