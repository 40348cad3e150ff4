"""Texts of genes: name and summary of each, and how their words are counted."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from db.records import PROTEIN_LOCUS, Question
from db.view import View

VERSION = ("texts 1",)
SOURCE = "refseq"


@dataclass(frozen=True)
class Limits:
    """How words are counted.

    Attributes:
        dimensions: Singular vectors kept.
        fewest: Texts that a word must stand in.
        longest: Words of the longest phrase that is counted.
        stop: Words that are not counted: scikit-learn's English ones, or none.
    """

    dimensions: int
    fewest: int
    longest: int
    stop: str | None


NAMES_ONLY = Limits(64, 3, 2, None)
WITH_SUMMARIES = Limits(96, 4, 1, "english")


def texts_of(view: View, question: Question) -> tuple[pd.Series[str], Limits]:
    """Name and summary of each protein-coding gene that has one of the two, and how their words are to be counted.

    Args:
        view: Where names and summaries come from.
        question: Its organism.
    """
    named = view.genes(question.organism)
    coding = named[named["locus_type"].isin([PROTEIN_LOCUS, ""])]
    names: pd.Series[str] = coding.set_index("symbol")["name"].astype(str)
    summaries = view.gene_texts(SOURCE, question.organism)
    written = summaries.reindex(names.index).fillna("")
    texts = (names + ". " + written.astype(str)).str.strip(". ")
    return texts[texts != ""], WITH_SUMMARIES if len(summaries) else NAMES_ONLY


ENCODED = "gene_texts"
