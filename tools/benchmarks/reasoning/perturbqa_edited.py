"""PerturbQA by kernels over neighbours that a language model edited, beside votes and predictor on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from tools.benchmarks.reasoning.perturbqa_votes import Counting, Floats, PlayedLine, Reached, plain
from tools.grades.judge import JudgeUsage
from tools.responses.label_table import ask
from tools.responses.pair_metrics import Gain
from tools.responses.reasoning.neighbours import Edit, Listed, Said, edits_by, listed_for, retrieve_edited
from tools.responses.reasoning.retrieval import Retrieval, Task
from tools.responses.reasoning.votes import votes
from tools.workspace import Workspace


class Editor(Protocol):
    """Edits lists of close perturbations, and knows what that takes."""

    name: str
    """Who it is."""
    spent: JudgeUsage
    """What it took so far."""

    def estimate(self, listed: Sequence[Listed]) -> JudgeUsage:
        """What editing some lists would take; nothing is sent.

        Args:
            listed: The lists.
        """
        ...

    def edit(self, listed: Sequence[Listed]) -> list[Said]:
        """What is said of each list.

        Args:
            listed: The lists.
        """
        ...


@dataclass(frozen=True)
class EditedFigures:
    """What votes over edited neighbours reach on the rows of one task of one line.

    Attributes:
        edited: It.
        edited_minus_votes: It less votes of the closest rows, on the same draws of perturbations.
        edited_minus_predictor: It less the response predictor, likewise.
        perturbations: Lists that were edited, one for each perturbation.
        kept: Share of the listed candidates that were kept.
        added: Measured perturbations that were named beside the lists.
        ignored: Names that mean no other measured perturbation, or are more than may be named.
        failed: Lists of which nothing was said; they stay as they were.
    """

    edited: Reached
    edited_minus_votes: Gain
    edited_minus_predictor: Gain
    perturbations: int
    kept: float
    added: int
    ignored: int
    failed: int

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}


def lists_of(workspace: Workspace, played: PlayedLine, perturbations: Sequence[str]) -> list[Listed]:
    """The closest train perturbations of some, each listed once.

    Args:
        workspace: Its store names the genes.
        played: The line with its train rows.
        perturbations: What is asked about, whatever the task.
    """
    named = sorted(set(perturbations))
    asked = ask(pd.DataFrame({"perturbation": named, "readout": [""] * len(named)}), played.annotation)
    return listed_for(workspace, played.context, asked, played.annotation, played.line.cell_line, played.seed)


def edits_on(editor: Editor, played: PlayedLine, listed: Sequence[Listed]) -> dict[str, Edit]:
    """Perturbation → what becomes of its neighbours.

    Args:
        editor: Who edits.
        played: The line.
        listed: The lists.

    Raises:
        HitscoutError: The editor cannot be asked.
    """
    return edits_by(editor, listed, played.context, played.annotation)


def edited_figures(
    counting: Counting,
    played: PlayedLine,
    task: Task,
    edits: Mapping[str, Edit],
    beside: tuple[Floats, Floats],
) -> EditedFigures:
    """The figures of one task.

    Args:
        counting: Counts scores of the asked rows.
        played: The line.
        task: The task.
        edits: Of each perturbation that is asked about, and of others maybe.
        beside: The scores of votes and of the predictor on the same rows.
    """
    rows = counting.rows
    pairs = pd.DataFrame({"perturbation": rows.perturbations, "readout": rows.readouts})
    asked = ask(pairs, played.annotation)
    found = retrieve_edited(played.context, asked, played.annotation, task, Retrieval(), edits, played.seed)
    share, own = votes(found).share, [edits[str(name)] for name in asked.names]
    listed = sum(len(one.kept) + len(one.dropped) for one in own)
    return EditedFigures(
        edited=counting.reached(share), edited_minus_votes=counting.gain(share, beside[0]),
        edited_minus_predictor=counting.gain(share, beside[1]), perturbations=len(own),
        kept=sum(len(one.kept) for one in own) / listed if listed else float("nan"),
        added=sum(len(one.added) for one in own), ignored=sum(len(one.ignored) for one in own),
        failed=sum(bool(one.failure) for one in own),
    )  # fmt: skip
