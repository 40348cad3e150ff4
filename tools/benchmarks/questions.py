"""Fresh questions whose textbook answer is known: how much of it stands in the first list, before any measurement."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, require
from db.records import PROTEIN_CODING, Question
from tools.benchmarks.question_table import TextbookRow, question_table
from tools.campaigns.start.library import library_genes
from tools.genes.essentials import essential_names, fitness_genes
from tools.genes.name_lists import resolve_list
from tools.genes.orthologs import HUMAN
from tools.prediction.computed_list import choose, predict
from tools.prediction.records import Rounds
from tools.replays.pools import LEFT_OUT, Pool, require_list
from tools.replays.target import lacking_lists
from tools.workspace import Progress, Workspace

NOTHING_YET = Rounds(pd.DataFrame({"perturbation": pd.Series(dtype=object), "estimate": pd.Series(dtype=float)}))


@dataclass(frozen=True)
class AskedQuestion:
    """One question, and how its textbook genes fared.

    Attributes:
        phenotype: The biology asked about.
        cell_type: In which cells.
        textbook: How many genes of the row are candidates: those that are counted.
        found: How many of them are in the list.
        median_rank: Median of their places among all candidates; the first is 1.
        genes_found: Those in the list, best first.
        not_counted: Names of the row that mean no candidate: left out of the pool, unknown, or not protein-coding.
    """

    phenotype: str
    cell_type: str
    textbook: int
    found: int
    median_rank: float
    genes_found: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The keys of one question."""
        names = ("phenotype", "cell_type", "textbook", "found", "median_rank")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class QuestionsReport:
    """How much of the textbook stands in first lists, and how much these lists are one and the same.

    Attributes:
        questions: One for each row of the table, in its order.
        mean_recall: Mean over questions of the share of counted genes that are in the list.
        median_overlap: Median over all pairs of questions of the genes that their lists share; None for one question.
        size: Places of each list.
        candidates: How many genes each list was chosen from: chance finds size / candidates of the textbook.
        pool: Which candidates these are.
        source: Where the textbook genes come from.
    """

    questions: tuple[AskedQuestion, ...]
    mean_recall: float
    median_overlap: float | None
    size: int
    candidates: int
    pool: Pool
    source: str

    def to_json(self) -> dict[str, Any]:
        """The keys of ``benchmark questions --json``."""
        asked = [one.to_json() for one in self.questions]
        return {"questions": asked, "mean_recall": self.mean_recall, "median_overlap": self.median_overlap}


def benchmark_questions(
    workspace: Workspace, file: Path | None = None, *, pool: Pool = "specific", size: int = 128, seed: int = 0
) -> QuestionsReport:
    """Asks fresh questions, and counts how many genes that a textbook names are in the first list of each.

    Nothing was measured yet and nothing is hidden: every screen of the store is learnt from, as a new campaign would.
    The candidates are all protein-coding human genes less those that the pool leaves out, which are not counted as
    textbook genes either. Lists that answer the question share few genes with lists of other questions.

    Args:
        workspace: Its store is asked.
        file: A table with tabs between its columns phenotype, cell_type and regulators (gene symbols with blanks
            between them); the shipped one where None.
        pool: ``specific``: without fitness genes; ``nonessential``: without essential ones (CEGv2); ``all``: none is
            left out.
        size: Places of each list.
        seed: Seed of each ranking; it breaks ties.

    Raises:
        NotFoundError: There is no such file, or the store does not know which genes are protein-coding.
        RefusedFileError: The file is no such table.
        InvalidValueError: The pool's list of genes is not at hand, a number makes no sense, or a question has no
            textbook gene among the candidates.
    """
    require(size >= 1, f"A list of {size} genes holds none.", f"Give {option(size=128)}, or another number from 1 on.")
    require(seed >= 0, f"The seed {seed} is negative.", f"Give {option(seed=0)}, or another number from 0 on.")
    table = question_table(file)
    candidates = _candidates(workspace, pool)
    counted = [_counted(workspace, row, candidates, pool) for row in table.rows]
    asked, lists = [], []
    for done, (row, genes) in enumerate(zip(table.rows, counted, strict=True)):
        workspace.report(Progress("questions", done, len(table.rows), row.phenotype))
        question = Question(row.phenotype, cell_type=row.cell_type)
        prediction = predict(workspace, question, candidates, NOTHING_YET, seed=seed)
        lists.append(choose(prediction, size).perturbations)
        asked.append(_asked(row, genes, prediction.ranking.order, lists[-1]))
    workspace.report(Progress("questions", len(asked), len(asked), "done"))
    recall = fmean(one.found / one.textbook for one in asked)
    return QuestionsReport(
        tuple(asked), recall, median_overlap(lists), size, len(candidates), pool, table.source
    )  # fmt: skip


def median_overlap(lists: Sequence[Sequence[str]]) -> float | None:
    """Median over all pairs of lists of the genes that both hold; None where there is no pair.

    Args:
        lists: Each without doubles.
    """
    shared = [len(set(one) & set(other)) for one, other in itertools.combinations(lists, 2)]
    return float(median(shared)) if shared else None


def _candidates(workspace: Workspace, pool: Pool) -> pd.Index[str]:
    genes = library_genes(workspace, HUMAN, PROTEIN_CODING).perturbations["name"]
    left_out = _left_out(workspace, pool)
    kept: pd.Index[str] = pd.Index([name for name in genes if name not in left_out], dtype=object)
    return kept


def _left_out(workspace: Workspace, pool: Pool) -> frozenset[str]:
    """Symbols of the genes that are out of the pool."""
    if pool == "all":
        return frozenset()
    require(pool in LEFT_OUT, f"There is no pool {pool!r}.", f"There are: {', '.join(LEFT_OUT)}, all.")
    essential = essential_names(workspace)
    require_list(pool, dict(lacking_lists(workspace, essential)))
    if pool == "specific":
        return fitness_genes(workspace)
    return frozenset(resolve_list(workspace.store, HUMAN, sorted(essential or ()), "essential").perturbations["name"])


def _counted(workspace: Workspace, row: TextbookRow, candidates: pd.Index[str], pool: Pool) -> dict[str, str]:
    """Textbook genes that are candidates: symbol → the name that the row has."""
    meant = resolve_list(workspace.store, HUMAN, row.regulators, "regulators").perturbations
    counted = meant[meant["name"].isin(candidates)]
    if counted.empty:
        raise InvalidValueError(
            f"None of the textbook genes of {row.phenotype!r} is a candidate in the {pool} pool:"
            f" {', '.join(row.regulators)}.",
            "Give symbols of human protein-coding genes"
            + ("." if pool == "all" else f", or {option(pool='all')}, which leaves no gene out."),
        )
    return dict(zip(counted["name"], counted["listed"], strict=True))


def _asked(row: TextbookRow, genes: dict[str, str], order: Sequence[str], chosen: Sequence[str]) -> AskedQuestion:
    places = [place for place, name in enumerate(order, 1) if name in genes]
    found = tuple(name for name in chosen if name in genes)
    unheard = tuple(name for name in row.regulators if name not in set(genes.values()))
    return AskedQuestion(
        row.phenotype, row.cell_type, len(genes), len(found), float(median(places)), found, unheard
    )  # fmt: skip
