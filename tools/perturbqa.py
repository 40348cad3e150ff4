"""PerturbQA (arXiv 2502.21290): what a perturbation does to a readout gene, by the benchmark's own protocol."""

from __future__ import annotations

import math
import pickle
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from db.errors import HitscoutError, InvalidValueError, NotFoundError
from tools.gene_annotation import Annotation, read_annotation
from tools.packs.base import read_packs
from tools.perturbqa_run import GROUP, LEVEL, Line, LineJob, LineResult, TaskFigures, read_line, run_line, teachers
from tools.replay_pool import POLL, interrupts_ignored, worker_pool
from tools.workspace import Progress, Workspace

TASK = "perturbqa"
Setting = Literal["within", "across"]


@dataclass(frozen=True)
class TaskReport:
    """One task of one line.

    Attributes:
        line: Name of the line.
        task: ``de`` (does the readout respond?) or ``dir`` (does it go up, given that it responds?).
        figures: What was reached.
        shuffled_genes: Mean AUROC with the genes' annotation shuffled; None where controls were not played.
        learnt_from: Other lines whose train rows were learnt from.
        seconds: Computing time of the line, both tasks together, without the control.
    """

    line: str
    task: str
    figures: TaskFigures
    shuffled_genes: float | None
    learnt_from: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        found = self.figures
        return {
            "line": self.line,
            "task": self.task,
            "auroc": _plain(found.auroc),
            "auroc_weighted": _plain(found.auroc_weighted),
            "low": _plain(found.low),
            "high": _plain(found.high),
            "level": LEVEL,
            "genes_scored": found.genes_scored,
            "ece": _plain(found.ece),
            "controls": {
                "gene_frequency_pooled": _plain(found.gene_frequency_pooled),
                "shuffled_genes": _plain(self.shuffled_genes),
            },
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True)
class PerturbqaReport:
    """What a benchmark run found.

    Attributes:
        setting: ``within`` one line, or ``across``: other lines' train rows were learnt from too.
        lines: Two entries a line.
        missing: Packs that would have brought more annotation.
    """

    setting: Setting
    lines: tuple[TaskReport, ...]
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values; ``missing`` names packs and stands there only where some are not in the store."""
        values: dict[str, Any] = {"setting": self.setting, "lines": [one.to_json() for one in self.lines]}
        return values | ({"missing": list(self.missing)} if self.missing else {})


def _plain(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def benchmark_perturbqa(
    workspace: Workspace,
    data: Path | None = None,
    lines: Sequence[str] | None = None,
    *,
    setting: Setting = "within",
    seed: int = 0,
    controls: bool = True,
    workers: int | None = None,
) -> PerturbqaReport:
    """Predicts what perturbations do to readout genes in PerturbQA, and says how well, beside its controls.

    The metric is the AUROC within each readout, over readouts with both labels. Pooling all rows would reward nothing
    but each readout's frequency; what that reaches is the control ``gene_frequency_pooled``. Test rows are never
    learnt from, of no line. Lines of the same cells never train each other. In the setting ``across`` the control
    ``shuffled_genes`` still sees the same pair in other lines, so it is not chance there.

    Args:
        workspace: Its store has the annotation; the fetched packs are the default folder.
        data: A folder of ``X-de.csv`` with ``X-dir.csv`` and, for gene sets, ``X-mapping.json``.
        lines: Names X; all of the folder where None.
        setting: ``within`` one line, or ``across`` lines: other lines' train rows are learnt from too.
        seed: Seed of folds, shuffle and bootstrap; the same seed gives the same figures.
        controls: Whether the control with shuffled genes is played too; it takes as long again.
        workers: Processes; where None one for each processor.

    Raises:
        NotFoundError: The folder, a line or all annotation is not at hand.
        RefusedFileError: A file cannot be read.
        InvalidValueError: There is no such setting, or a line has too few perturbations.
    """
    if setting not in ("within", "across"):
        raise InvalidValueError(f"There is no setting {setting!r}.", "It is within or across.")
    folder = data or workspace.paths.packs / GROUP
    present = _present(folder)
    wanted = _wanted(lines, present, folder)
    # All lines are read, so that a line's words weigh the same (tf-idf) whichever lines are asked for.
    read = {name: read_line(folder, name) for name in present}
    jobs = [
        LineJob(read[name], teachers(read[name], list(read.values())) if setting == "across" else (), shuffled, seed)
        for name in wanted
        for shuffled in ((False, True) if controls else (False,))
    ]
    annotation = read_annotation(workspace, sorted({name for line in read.values() for name in _names(line)}))
    results = _run(jobs, annotation, _processes(workers), workspace.report)
    reports = [
        report
        for job, found in zip(jobs, results, strict=True)
        if not job.shuffled
        for report in _reports(job, found, _control(job, jobs, results))
    ]
    return PerturbqaReport(setting, tuple(reports), tuple(annotation.missing))


def _processes(workers: int | None) -> int:
    import os

    return workers or os.cpu_count() or 1


def _present(folder: Path) -> list[str]:
    found = sorted(path.name.removesuffix("-de.csv") for path in folder.glob("*-de.csv"))
    found = [name for name in found if (folder / f"{name}-dir.csv").is_file()]
    if not found:
        packs = " ".join(pack.name for pack in read_packs() if pack.group == GROUP)
        raise NotFoundError(
            f"{folder} holds no line of PerturbQA (X-de.csv with X-dir.csv).",
            f"`hitscout fetch perturbqa-k562` gets one; there are: {packs}. Or name a folder: --data DIR.",
        )
    return found


def _wanted(lines: Sequence[str] | None, present: list[str], folder: Path) -> list[str]:
    wanted = list(dict.fromkeys(lines or present))
    if unknown := [name for name in wanted if name not in present]:
        raise NotFoundError(
            f"{folder} has no line {unknown[0]!r}.",
            f"There are: {', '.join(present)}. `hitscout fetch perturbqa-{unknown[0].replace('_', '-')}` may get it.",
        )
    return wanted


def _names(line: Line) -> set[str]:
    sets = {gene for genes in line.members.values() for gene in genes}
    return set(line.rows["perturbation"]) | (sets or set(line.rows["readout"]))


def _control(job: LineJob, jobs: Sequence[LineJob], results: Sequence[LineResult]) -> LineResult | None:
    pairs = zip(jobs, results, strict=True)
    return next((found for one, found in pairs if one.shuffled and one.line.name == job.line.name), None)


def _reports(job: LineJob, found: LineResult, control: LineResult | None) -> list[TaskReport]:
    learnt = tuple(other.name for other in job.others)
    return [
        TaskReport(job.line.name, task, one, control.tasks[task].auroc if control else None, learnt, found.seconds)
        for task, one in found.tasks.items()
    ]


# Running -----------------------------------------------------------------------------------------


def _run(
    jobs: Sequence[LineJob], annotation: Annotation, workers: int, report: Callable[[Progress], None]
) -> list[LineResult]:
    """Plays every job, in this process or in workers that share the annotation through one file."""
    if min(workers, len(jobs)) <= 1:
        return _run_here(jobs, annotation, report)
    with tempfile.TemporaryDirectory(prefix="hitscout-") as folder:
        path = Path(folder) / "annotation"
        path.write_bytes(pickle.dumps(annotation, protocol=pickle.HIGHEST_PROTOCOL))
        try:
            return _run_in_workers(jobs, path, min(workers, len(jobs)), report)
        except BrokenProcessPool as error:
            raise HitscoutError(
                "A worker process of the benchmark died, perhaps for want of memory.",
                "Try again with one process: --workers 1.",
            ) from error


def _run_here(jobs: Sequence[LineJob], annotation: Annotation, report: Callable[[Progress], None]) -> list[LineResult]:
    from threadpoolctl import threadpool_limits

    results = []
    with threadpool_limits(1):
        for done, job in enumerate(jobs):
            report(Progress(TASK, done, len(jobs), _title(job)))
            results.append(run_line(job, annotation))
    report(Progress(TASK, len(jobs), len(jobs), "done"))
    return results


def _run_in_workers(
    jobs: Sequence[LineJob], path: Path, workers: int, report: Callable[[Progress], None]
) -> list[LineResult]:
    with worker_pool(workers) as pool:
        with interrupts_ignored():
            futures = [pool.submit(_run_with_file, job, path) for job in jobs]
        left, finished = set(futures), 0
        report(Progress(TASK, 0, len(jobs), "starting workers"))
        while left:
            # Woken regularly, so that an interrupt raised by `report` or by a signal does not wait for a line.
            done, left = wait(left, timeout=POLL, return_when=FIRST_COMPLETED)
            finished += len(done)
            report(Progress(TASK, finished, len(jobs), "working"))
        return [future.result() for future in futures]


def _title(job: LineJob) -> str:
    return f"{job.line.name}{', shuffled genes' if job.shuffled else ''}"


@lru_cache(maxsize=1)
def _read(path: Path) -> Annotation:
    # Written by the parent a moment ago, in a folder that only this user can read.
    held = pickle.loads(path.read_bytes())  # noqa: S301
    if not isinstance(held, Annotation):
        raise TypeError(f"{path} holds no annotation.")
    return held


def _run_with_file(job: LineJob, path: Path) -> LineResult:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return run_line(job, _read(path))
