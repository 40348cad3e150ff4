"""The columns of a table that hold genes: one, or two of pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from db.genes.name_forms import clean
from db.genes.no_names import no_name
from db.genes.perturbation_names import name_of_genes

_STEMS = (
    "gene{}", "genes{}", "symbol{}", "genesymbol{}", "genename{}", "target{}", "targetgene{}", "hgncsymbol{}",
    "geneid{}", "gene{}symbol", "gene{}name", "gene{}id", "target{}gene", "target{}symbol", "sgrna{}gene",
    "sgrna{}target", "guide{}gene", "guide{}target", "{}gene", "{}genesymbol", "{}target", "{}symbol",
)  # fmt: skip
_MARKS = (("1", "2"), ("a", "b"), ("first", "second"), ("1st", "2nd"), ("i", "ii"), ("left", "right"), ("0", "1"))
_PLAIN = (("", "2"), ("", "b"), ("", "second"), ("", "partner"))
_PAIRS = tuple((stem.format(one), stem.format(two)) for stem in _STEMS for one, two in (*_MARKS, *_PLAIN))
_PARTNERS = frozenset({"partner", "partnergene", "secondgene", "interactor"})


def pair_columns(folded: Sequence[str]) -> tuple[int, int] | None:
    """Where two columns stand that hold the genes of pairs by their names, such as gene1 and gene2, Gene and Gene2.

    Args:
        folded: Names of the columns, in lower case and without signs.
    """
    for first, second in _PAIRS:
        if first in folded and second in folded and first != second:
            return folded.index(first), folded.index(second)
    return None


def second_gene(columns: Sequence[str], folded: Sequence[str], gene: str) -> str:
    """The column of the second genes beside that of the first; empty where no name says so.

    Args:
        columns: Names of the columns.
        folded: The same in lower case and without signs.
        gene: The column of the first genes.
    """
    own = folded[columns.index(gene)]
    for first, second in _PAIRS:
        if first == own and second in folded and second != own:
            return columns[folded.index(second)]
    return next((name for name, plain in zip(columns, folded, strict=True) if plain in _PARTNERS and name != gene), "")


def names_of_rows(genes: pd.Series[str], second: pd.Series[str] | None) -> list[str]:
    """The name of each row: its gene, or ``A+B`` of two.

    Args:
        genes: The cells of the gene column.
        second: Those of the second genes, if there are any; a row without one is of its first gene alone. Where most
            rows have the same gene in both, the columns say it twice, and there are no pairs.
    """
    first = [clean(text) for text in genes]
    if second is None:
        return first
    other = [clean(text) for text in second]
    if sum(one == two for one, two in zip(first, other, strict=True)) > len(first) / 2:
        return first
    # Numbers beside names are a measurement, whatever their column is called.
    if sum(map(_is_number, other)) > len(other) / 2 > sum(map(_is_number, first)):
        return first
    return [name_of_genes(_given(pair)) for pair in zip(first, other, strict=True)]


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _given(pair: Iterable[str]) -> list[str]:
    return [gene for gene in pair if gene and not no_name(gene)]
