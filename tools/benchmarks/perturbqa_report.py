"""What a run of PerturbQA reports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from tools.benchmarks.perturbqa_line import LEVEL, Setting, TaskFigures
from tools.responses.pair_metrics import Gain

Settings = Literal["within", "across", "both"]


@dataclass(frozen=True)
class Shuffled:
    """The control with the genes' annotation shuffled.

    Attributes:
        mean: Mean AUROC over the shuffles.
        low: Lowest of them.
        high: Highest.
        draws: How many there were.
    """

    mean: float
    low: float
    high: float
    draws: int


@dataclass(frozen=True)
class TaskReport:
    """One task of one line.

    Attributes:
        line: Name of the line.
        task: ``de`` (does the readout respond?) or ``dir`` (does it go up, given that it responds?).
        setting: ``within`` or ``across``.
        figures: What was reached.
        shuffled_genes: The same with the genes' annotation shuffled; None where controls were not played.
        learnt_from: Other lines whose train rows were learnt from.
        seconds: Computing time of the line, both tasks together, without the control.
    """

    line: str
    task: str
    setting: Setting
    figures: TaskFigures
    shuffled_genes: Shuffled | None
    learnt_from: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        found, control = self.figures, self.shuffled_genes
        return {
            "line": self.line,
            "task": self.task,
            "setting": self.setting,
            "auroc": _plain(found.auroc),
            "auroc_weighted": _plain(found.auroc_weighted),
            "low": _plain(found.low),
            "high": _plain(found.high),
            "level": LEVEL,
            "genes_scored": found.genes_scored,
            "ece": _plain(found.ece),
            "ece_if_true": _plain(found.ece_if_true),
            "ece_train": _plain(found.ece_train),
            "controls": {
                "gene_frequency_pooled": _plain(found.gene_frequency_pooled),
                "shuffled_genes": _plain(control.mean) if control else None,
                "shuffled_genes_low": _plain(control.low) if control else None,
                "shuffled_genes_high": _plain(control.high) if control else None,
                "shuffled_genes_draws": control.draws if control else 0,
            },
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True)
class Comparison:
    """Across against within, on the same draws of test perturbations.

    Attributes:
        line: Name of the line.
        task: ``de`` or ``dir``.
        gain: AUROC across less AUROC within, with its interval.
    """

    line: str
    task: str
    gain: Gain

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        found = self.gain
        return {
            "line": self.line,
            "task": self.task,
            "across_minus_within": _plain(found.gain),
            "low": _plain(found.low),
            "high": _plain(found.high),
            "level": LEVEL,
        }


@dataclass(frozen=True)
class PerturbqaReport:
    """What a benchmark run found.

    Attributes:
        setting: ``within`` one line, ``across`` (other lines' train rows were learnt from too), or ``both``.
        lines: Two entries a line and setting.
        missing: Packs that would have brought more annotation.
        comparisons: With both settings, across against within; two entries a line that has another to learn from.
    """

    setting: Settings
    lines: tuple[TaskReport, ...]
    missing: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values; ``comparisons`` and ``missing`` (packs) stand there only where there are any."""
        values: dict[str, Any] = {"setting": self.setting, "lines": [one.to_json() for one in self.lines]}
        if self.comparisons:
            values["comparisons"] = [one.to_json() for one in self.comparisons]
        return values | ({"missing": list(self.missing)} if self.missing else {})


def _plain(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
