"""PerturbQA asked of a language model, beside votes of the rows that it reads and the predictor, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import option
from db.errors import check_word, require
from db.evidence_ids import response_id
from db.screens.responses import contexts
from tools.benchmarks.perturbqa import TASK, lines_and_annotation
from tools.benchmarks.perturbqa_line import AskedRows, Line, counted, pooled_frequency
from tools.benchmarks.reasoning.perturbqa_edited import EditedFigures, Editor, edited_figures, edits_on, lists_of
from tools.benchmarks.reasoning.perturbqa_votes import SCORES, TASKS, Counting, PlayedLine, Reached, plain
from tools.genes.placed_names import place
from tools.grades.judge import JudgeUsage
from tools.responses.annotation import Annotation
from tools.responses.label_table import ask, prepare
from tools.responses.pair_metrics import Gain
from tools.responses.predictors.base import FittedResponsePredictor
from tools.responses.reasoning.explained import QUESTIONS, UNKNOWN, Asked, Draw, RetrievedRow, verdict_of
from tools.responses.reasoning.neighbours import Edit, Listed
from tools.responses.reasoning.retrieval import Retrieval, Task, retrieve, rows_of
from tools.responses.reasoning.summaries import GeneSummary, known_facts, told_of
from tools.responses.reasoning.votes import votes
from tools.responses.reasoning.written import told
from tools.workspace import Progress, Workspace

LIMIT = 100
MAY_HAVE_READ = (
    "PerturbQA is public since February 2025: a language model that was trained later may have read its answers, and"
    " its figures may be remembered ones."
)
PUBLISHED: Mapping[tuple[str, str], tuple[float, float]] = {
    ("k562", "de"): (0.58, 0.62), ("rpe1", "de"): (0.59, 0.59), ("hepg2", "de"): (0.56, 0.62),
    ("jurkat", "de"): (0.56, 0.59), ("k562_set", "de"): (0.66, 0.62), ("k562", "dir"): (0.69, 0.64),
    ("rpe1", "dir"): (0.63, 0.64), ("hepg2", "dir"): (0.64, 0.66), ("jurkat", "dir"): (0.61, 0.67),
    ("k562_set", "dir"): (0.66, 0.70),
}  # fmt: skip
"""Line and task → what arXiv 2502.21290 reports, over all its test rows: retrieval without a language model, SUMMER."""
CONTROLS = ("no_retrieval", "no_summaries", "shuffled_genes")
Floats = npt.NDArray[np.floating[Any]]


class Reasoner(Protocol):
    """Gives verdicts, and knows what they take."""

    name: str
    """Who it is."""
    spent: JudgeUsage
    """What it took so far."""

    def estimate(self, asked: Sequence[Asked]) -> JudgeUsage:
        """What verdicts on some questions would take; nothing is sent.

        Args:
            asked: The questions.
        """
        ...

    def judge(self, asked: Sequence[Asked]) -> list[tuple[Draw, ...]]:
        """The draws of each question with verdicts.

        Args:
            asked: The questions.
        """
        ...


@dataclass(frozen=True)
class AskedFigures:
    """One task of one line, over the rows that were asked about.

    Attributes:
        line: Name of the line.
        task: ``de`` or ``dir``.
        rows: How many were asked about, half of them positive.
        genes_scored: Their readouts.
        abstained: Share of the rows for which no draw gave a verdict that counts; such a row scores one half.
        invented: Share of the draws that cite rows which were not given, and do not count.
        language_model: What its verdicts reach.
        votes: What votes of the very rows that it read reach.
        predictor: What the response predictor reaches.
        language_model_minus_votes: The one less the other, on the same draws of perturbations.
        language_model_minus_predictor: Likewise.
        no_retrieval: What it reaches with the texts alone; None without controls.
        no_summaries: What it reaches with the rows alone.
        shuffled_genes: What it reaches with rows retrieved by exchanged annotation.
        gene_frequency_pooled: What each readout's share in training reaches over these rows pooled.
        published_retrieval: What the paper reports of retrieval without a language model, over all rows of the line.
        published: What it reports of SUMMER.
        neighbours: What votes of the closest rows reach after the language model edited who is close; None where nobody
            edits.
    """

    line: str
    task: str
    rows: int
    genes_scored: int
    abstained: float
    invented: float
    language_model: Reached
    votes: Reached
    predictor: Reached
    language_model_minus_votes: Gain
    language_model_minus_predictor: Gain
    no_retrieval: Reached | None
    no_summaries: Reached | None
    shuffled_genes: Reached | None
    gene_frequency_pooled: float
    published_retrieval: float | None
    published: float | None
    neighbours: EditedFigures | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        values = {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}
        return values | {"neighbours": None if self.neighbours is None else self.neighbours.to_json()}


@dataclass(frozen=True)
class AskedReport:
    """What a run found.

    Attributes:
        language_model: Who was asked.
        usage: What it took.
        lines: Two entries a line.
        missing: Packs that would have brought more annotation.
        notes: What should be known of the figures.
    """

    language_model: str
    usage: JudgeUsage
    lines: tuple[AskedFigures, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...] = (MAY_HAVE_READ,)


@dataclass(frozen=True)
class Asking:
    """What is asked.

    Attributes:
        data: A folder of ``X-de.csv`` with ``X-dir.csv``; that of the fetched packs where None.
        lines: Names X; all of the folder where None.
        limit: Rows of each task of a line, at most.
        seed: Seed of the rows, of draws, shuffle and bootstrap.
        controls: What the same is asked with besides, of `CONTROLS`.
    """

    data: Path | None = None
    lines: Sequence[str] | None = None
    limit: int = LIMIT
    seed: int = 0
    controls: Sequence[str] = CONTROLS


@dataclass(frozen=True)
class _Sheet:
    """The questions on one task of one line."""

    played: PlayedLine
    task: Task
    rows: AskedRows
    asked: Mapping[str, list[Asked]]
    """``""`` → as they are; control → as it changes them."""

    @property
    def pairs(self) -> pd.DataFrame:
        """What is asked about."""
        return pd.DataFrame({"perturbation": self.rows.perturbations, "readout": self.rows.readouts})


def benchmark_asked(
    workspace: Workspace, reasoner: Reasoner, asking: Asking, editor: Editor | None = None
) -> AskedReport:
    """Asks a language model PerturbQA's questions, three draws each, and says how well it answers them.

    Asked are rows of readouts that the metric counts, as many positive as negative ones of each readout. What was
    answered is kept, so that an interrupted run goes on where it stopped.

    Args:
        workspace: Its store has the annotation.
        reasoner: Who is asked.
        asking: What.
        editor: Who edits the closest perturbations of each that is asked about, whose rows then vote; nobody where
            None. It is asked first, and what it took counts toward what the reasoner may cost.

    Raises:
        NotFoundError: The folder, a line or all annotation is not at hand.
        RefusedFileError: A file cannot be read.
        InvalidValueError: The limit is below 2, a line has too few perturbations, or the budget is spent.
        HitscoutError: The language model cannot be asked.
    """
    from threadpoolctl import threadpool_limits

    sheets, missing = _sheets(workspace, reasoner.name, asking)
    edits: dict[str, dict[str, Edit]] = {}
    if editor is not None:
        edits = {played.line.name: edits_on(editor, played, listed) for played, listed in _lists(workspace, sheets)}
        reasoner.spent = reasoner.spent.plus(editor.spent)
    given = iter(reasoner.judge(_everything(sheets)))
    heard = [{name: [next(given) for _ in asked] for name, asked in sheet.asked.items()} for sheet in sheets]
    found: list[AskedFigures] = []
    # Learnt last: an estimate, or a reasoner that cannot be asked, need not wait for it.
    for line, both in groupby(zip(sheets, heard, strict=True), lambda one: one[0].played.line.name):
        workspace.report(Progress(TASK, len(found), len(sheets), f"{line}: the predictor"))
        with threadpool_limits(1):
            some = list(both)
            predictor = some[0][0].played.predictor()
            found += [_figures(sheet, draws, predictor, edits.get(line)) for sheet, draws in some]
    workspace.report(Progress(TASK, len(sheets), len(sheets), "done"))
    return AskedReport(reasoner.name, reasoner.spent, tuple(found), missing)


def estimate_asked(
    workspace: Workspace, reasoner: Reasoner, asking: Asking, editor: Editor | None = None
) -> JudgeUsage:
    """What `benchmark_asked` would take; nothing is sent.

    Args:
        workspace: As there.
        reasoner: As there.
        asking: As there.
        editor: As there.

    Raises:
        HitscoutError: As there.
    """
    sheets, _ = _sheets(workspace, reasoner.name, asking)
    usage = reasoner.estimate(_everything(sheets))
    if editor is None:
        return usage
    return usage.plus(editor.estimate([one for _, listed in _lists(workspace, sheets) for one in listed]))


def _lists(workspace: Workspace, sheets: Sequence[_Sheet]) -> list[tuple[PlayedLine, list[Listed]]]:
    """What is listed of each perturbation of a line, once for both tasks."""
    lines: dict[str, list[_Sheet]] = {}
    for sheet in sheets:
        lines.setdefault(sheet.played.line.name, []).append(sheet)
    asked = [
        (some[0].played, [str(one) for sheet in some for one in sheet.rows.perturbations]) for some in lines.values()
    ]
    return [(played, lists_of(workspace, played, named)) for played, named in asked]


def _everything(sheets: Sequence[_Sheet]) -> list[Asked]:
    return [one for sheet in sheets for asked in sheet.asked.values() for one in asked]


def sampled(rows: AskedRows, limit: int, seed: int) -> AskedRows:
    """At most so many rows, as many positive as negative ones of each readout, over as many readouts as there are.

    Args:
        rows: Rows of readouts with both labels.
        limit: How many; an odd one leaves one place empty.
        seed: Seed of the choice.
    """
    rng, left = np.random.default_rng([seed, 7]), {}
    for readout in rng.permutation(sorted(set(rows.readouts))):
        own = np.flatnonzero(rows.readouts == readout)
        sides = [rng.permutation(own[rows.labels[own] == label]) for label in (True, False)]
        left[readout] = list(zip(*sides, strict=False))
    taken: list[int] = []
    for turn in range(max(map(len, left.values()), default=0)):
        for pairs in left.values():
            if turn < len(pairs) and len(taken) + 2 <= limit:
                taken += pairs[turn]
    return rows.where(np.isin(np.arange(len(rows.readouts)), taken))


def _sheets(workspace: Workspace, by: str, asking: Asking) -> tuple[list[_Sheet], tuple[str, ...]]:
    from threadpoolctl import threadpool_limits

    require(
        asking.limit >= 2,
        f"{option(limit=asking.limit)} was given.",
        "Give 2 or more: a row that responds and one that does not.",
    )
    for control in asking.controls:
        check_word("control", control, CONTROLS)
    read, annotation = lines_and_annotation(workspace, asking.data, asking.lines)
    sheets: list[_Sheet] = []
    for done, line in enumerate(read):
        workspace.report(Progress(TASK, done, len(read), f"{line.name}: rows and texts"))
        with threadpool_limits(1):
            sheets += _sheets_of(workspace, line, annotation, by, asking)
    workspace.report(Progress(TASK, len(read), len(read), "done"))
    return sheets, tuple(annotation.missing)


def _sheets_of(workspace: Workspace, line: Line, annotation: Annotation, by: str, asking: Asking) -> list[_Sheet]:
    played = PlayedLine(line, annotation, prepare(line.train, annotation), asking.seed)
    other = played.shuffled() if "shuffled_genes" in asking.controls else None
    made = []
    for task in TASKS:
        rows = sampled(AskedRows.of(line, task).among(counted(line, task)), asking.limit, asking.seed)
        sheet = _Sheet(played, task, rows, {})
        texts = _texts(workspace, line, sheet.pairs, by)
        plainly = _questions(played, task, sheet.pairs, texts)
        asked = {"": plainly}
        if "no_retrieval" in asking.controls:
            asked["no_retrieval"] = [replace(one, draws=_no_rows(one), without_rows=True) for one in plainly]
        if "no_summaries" in asking.controls:
            asked["no_summaries"] = [replace(one, summaries=()) for one in plainly]
        if other is not None:
            asked["shuffled_genes"] = _questions(other, task, sheet.pairs, texts)
        made.append(replace(sheet, asked=asked))
    return made


def _no_rows(asked: Asked) -> tuple[Draw, ...]:
    return tuple(Draw((), None, UNKNOWN, "", ()) for _ in asked.draws)


def _texts(workspace: Workspace, line: Line, pairs: pd.DataFrame, by: str) -> dict[str, GeneSummary]:
    """Name → what is known of the gene, by other cells alone; nothing of names that no gene has."""
    names = sorted({*pairs["perturbation"], *([] if line.members else pairs["readout"])})
    symbols = place(workspace, names, "human").symbols
    known = [
        one
        for one in told_of(contexts(workspace.store))
        if line.cell_line not in (one.cell_type.strip().casefold(), one.name.casefold())
    ]
    facts = known_facts(workspace, sorted(set(symbols.values())), known)
    texts = {one.gene: one for one in told(workspace, facts, "kept", by)}
    return {name: texts[symbol] for name, symbol in symbols.items() if symbol in texts}


def _questions(played: PlayedLine, task: Task, pairs: pd.DataFrame, texts: Mapping[str, GeneSummary]) -> list[Asked]:
    """The question on each pair, with its texts and rows."""
    look, table = Retrieval(), played.context
    found = retrieve(table, ask(pairs, played.annotation), played.annotation, task, look, played.seed)
    said = votes(found).draws
    asked = []
    for number, (perturbation, readout) in enumerate(pairs[["perturbation", "readout"]].itertuples(index=False)):
        draws = []
        for draw in range(look.draws):
            rows = tuple(
                _row(played.line.name, str(table.perturbations[p]), str(table.readouts[r]), positive, weight)
                for p, r, positive, weight in rows_of(found, number, draw)
            )
            vote = float(said[number][draw])
            draws.append(Draw(rows, vote if rows and np.isfinite(vote) else None, UNKNOWN, "", ()))
        question = QUESTIONS[task].format(readout=readout, perturbation=perturbation, cells=played.line.cell_line)
        summaries = tuple(texts[name] for name in dict.fromkeys((perturbation, readout)) if name in texts)
        asked.append(Asked(task, question, summaries, tuple(draws)))
    return asked


def _row(line: str, perturbation: str, readout: str, positive: bool, weight: float) -> RetrievedRow:  # noqa: FBT001
    return RetrievedRow(response_id(line, perturbation, readout), perturbation, readout, positive, weight)


def _figures(
    sheet: _Sheet,
    heard: Mapping[str, Sequence[tuple[Draw, ...]]],
    fitted: FittedResponsePredictor,
    edits: Mapping[str, Edit] | None = None,
) -> AskedFigures:
    played, task = sheet.played, sheet.task
    counting = Counting(sheet.rows, played.seed)
    votes_of = played.votes(sheet.pairs, task, Retrieval()).share
    predicted = fitted.predict(sheet.pairs)[SCORES[task]].to_numpy(float)
    scores = {name: _scores(sheet.asked[name], draws) for name, draws in heard.items()}
    own, draws = scores[""], [draw for one in heard[""] for draw in one]
    said = {name: np.nan_to_num(values, nan=0.5) for name, values in scores.items()}
    reached = {name: counting.reached(said[name]) if name in said else None for name in CONTROLS}
    published = PUBLISHED.get((played.line.name, task), (None, None))
    both = votes_of, predicted
    return AskedFigures(
        line=played.line.name, task=task, rows=len(own), genes_scored=len(set(sheet.rows.readouts)),
        abstained=float(np.isnan(own).mean()), invented=float(np.mean([bool(one.invented) for one in draws])),
        language_model=counting.reached(said[""]), votes=counting.reached(votes_of),
        predictor=counting.reached(predicted), language_model_minus_votes=counting.gain(said[""], votes_of),
        language_model_minus_predictor=counting.gain(said[""], predicted), **reached,
        gene_frequency_pooled=pooled_frequency(sheet.rows, played.line), published_retrieval=published[0],
        published=published[1],
        neighbours=None if edits is None else edited_figures(counting, played, task, edits, both),
    )  # fmt: skip


def _scores(asked: Sequence[Asked], heard: Sequence[tuple[Draw, ...]]) -> Floats:
    """The mean of the valid draws of each question; NaN where all abstain."""
    shares = [verdict_of(one, draws, "").share for one, draws in zip(asked, heard, strict=True)]
    return np.array([np.nan if share is None else share for share in shares], dtype=float)
