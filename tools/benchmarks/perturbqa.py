"""PerturbQA (arXiv 2502.21290): what a perturbation does to a readout gene, by the benchmark's own protocol."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from pathlib import Path

import numpy as np

from db.acts import DIR, act, option
from db.errors import HitscoutError, InvalidValueError, NotFoundError, check_word
from tools.benchmarks.perturbqa_line import (
    GROUP,
    LEVEL,
    TASKS,
    AskedRows,
    Line,
    LineJob,
    LineResult,
    Setting,
    names_of,
    read_line,
    run_line,
    teachers,
)
from tools.benchmarks.perturbqa_report import Comparison, PerturbqaReport, Settings, Shuffled, TaskReport
from tools.packs.definition import read_packs
from tools.replays.workers import POLL, interrupts_ignored, worker_pool
from tools.responses.annotation import Annotation, read_annotation
from tools.responses.pair_metrics import paired_gain
from tools.workspace import Progress, Workspace

TASK = "perturbqa"
SHUFFLES = 5
"""One shuffle is off by chance by as much as .06; the mean of five says whether chance was reached."""


def benchmark_perturbqa(
    workspace: Workspace,
    data: Path | None = None,
    lines: Sequence[str] | None = None,
    *,
    setting: Settings = "within",
    seed: int = 0,
    controls: bool = True,
    shuffles: int = SHUFFLES,
    workers: int | None = None,
) -> PerturbqaReport:
    """Predicts what perturbations do to readout genes in PerturbQA, and says how well, beside its controls.

    The metric is the AUROC within each readout, over readouts with both labels. Pooling all rows would reward nothing
    but each readout's frequency; what that reaches is the control ``gene_frequency_pooled``. Test rows are never
    learnt from, of no line. Lines of the same cells never train each other. The control ``shuffled_genes`` gives every
    gene another gene's annotation and fits everything again, each time on at most 300 of the readouts that are counted.
    In the setting ``across`` it still sees the same pair in other lines, so it is not chance there.

    Args:
        workspace: Its store has the annotation; the fetched packs are the default folder.
        data: A folder of ``X-de.csv`` with ``X-dir.csv`` and, for gene sets, ``X-mapping.json``.
        lines: Names X; all of the folder where None.
        setting: ``within`` one line, ``across`` lines (other lines' train rows are learnt from too), or ``both``,
            which also compares them in pairs by a bootstrap over test perturbations.
        seed: Seed of folds, shuffles and bootstrap; the same seed gives the same figures.
        controls: Whether the control with shuffled genes is played too; it takes as long again.
        shuffles: How often it is played, each time with another order.
        workers: Processes; where None one for each processor.

    Raises:
        NotFoundError: The folder, a line or all annotation is not at hand.
        RefusedFileError: A file cannot be read.
        InvalidValueError: There is no such setting, or a line has too few perturbations.
    """
    settings = _settings(setting, shuffles)
    folder, wanted = lines_at_hand(workspace, data, lines)
    present = _present(folder)
    read = {name: read_line(folder, name) for name in (wanted if settings == ["within"] else present)}
    jobs = [
        LineJob(read[name], teachers(read[name], list(read.values())) if one == "across" else (), seed, shuffle)
        for shuffle in (None, *range(shuffles if controls else 0))
        for one in settings
        for name in wanted
    ]
    # A line that has no other to learn from is played once.
    jobs = list({(job.line.name, job.setting, job.shuffle): job for job in jobs}.values())
    needed = {line.name: line for job in jobs for line in (job.line, *job.others)}
    annotation = read_annotation(workspace, sorted(set().union(*map(names_of, needed.values()))))
    results = _run(jobs, annotation, _processes(workers), workspace.report)
    played = dict(zip([(job.line.name, bool(job.others), job.shuffle) for job in jobs], results, strict=True))
    return PerturbqaReport(
        setting,
        tuple(report for job in jobs if job.shuffle is None for report in _reports(job, played)),
        tuple(annotation.missing),
        tuple(one for name in wanted for one in _comparisons(read[name], played, seed)) if setting == "both" else (),
    )


def _settings(setting: str, shuffles: int) -> list[Setting]:
    check_word("setting", setting, ("within", "across", "both"))
    if shuffles < 1:
        raise InvalidValueError(f"{shuffles} shuffles were asked for.", "Give at least 1, or play no controls.")
    return [one for one in ("within", "across") if setting in (one, "both")]


def _processes(workers: int | None) -> int:
    import os

    return workers or os.cpu_count() or 1


def lines_and_annotation(
    workspace: Workspace, data: Path | None, lines: Sequence[str] | None
) -> tuple[list[Line], Annotation]:
    """The lines that are asked for, and what is known of their genes.

    Args:
        workspace: Its store has the annotation; the fetched packs are the default folder.
        data: As for `lines_at_hand`.
        lines: As there.

    Raises:
        NotFoundError: As there, or all annotation is missing.
        RefusedFileError: A file cannot be read.
    """
    folder, wanted = lines_at_hand(workspace, data, lines)
    read = [read_line(folder, name) for name in wanted]
    return read, read_annotation(workspace, sorted(set().union(*map(names_of, read))))


def lines_at_hand(workspace: Workspace, data: Path | None, lines: Sequence[str] | None) -> tuple[Path, list[str]]:
    """The folder of the benchmark's files, and the names of the lines that are asked for.

    Args:
        workspace: The fetched packs are the default folder.
        data: Another folder.
        lines: Names; all of the folder where None.

    Raises:
        NotFoundError: The folder holds no line, or not this one.
    """
    folder = data or workspace.paths.packs / GROUP
    return folder, _wanted(lines, _present(folder), folder)


def _present(folder: Path) -> list[str]:
    found = sorted(path.name.removesuffix("-de.csv") for path in folder.glob("*-de.csv"))
    found = [name for name in found if (folder / f"{name}-dir.csv").is_file()]
    if not found:
        packs = " ".join(pack.name for pack in read_packs() if pack.group == GROUP)
        raise NotFoundError(
            f"{folder} holds no line of PerturbQA (X-de.csv with X-dir.csv).",
            f"{act('fetch', ['perturbqa-k562'])} gets one; there are: {packs}. Or name a folder: {option(data=DIR)}.",
        )
    return found


def _wanted(lines: Sequence[str] | None, present: list[str], folder: Path) -> list[str]:
    wanted = list(dict.fromkeys(lines or present))
    if unknown := [name for name in wanted if name not in present]:
        pack = f"perturbqa-{unknown[0].replace('_', '-')}"
        raise NotFoundError(
            f"{folder} has no line {unknown[0]!r}.",
            f"There are: {', '.join(present)}. {act('fetch', [pack])} may get it.",
        )
    return wanted


_Played = Mapping[tuple[str, bool, int | None], LineResult]
"""By name of the line, whether others were learnt from, and number of the shuffle."""


def _reports(job: LineJob, played: _Played) -> list[TaskReport]:
    learnt = tuple(other.name for other in job.others)
    key = job.line.name, bool(job.others)
    shuffled = [one for (*of, number), one in played.items() if tuple(of) == key and number is not None]
    found = played[*key, None]
    return [
        TaskReport(job.line.name, task, job.setting, one, _control(task, shuffled), learnt, found.seconds)
        for task, one in found.tasks.items()
    ]


def _control(task: str, shuffled: Sequence[LineResult]) -> Shuffled | None:
    values = [one.aurocs[task] for one in shuffled]
    return Shuffled(float(np.mean(values)), min(values), max(values), len(values)) if values else None


def _comparisons(line: Line, played: _Played, seed: int) -> list[Comparison]:
    across, within = played.get((line.name, True, None)), played.get((line.name, False, None))
    if across is None or within is None:
        return []
    found = []
    for task in TASKS:
        rows, scores = AskedRows.of(line, task), (across.scores[task], within.scores[task])
        rng = np.random.default_rng([seed, 2])
        gain = paired_gain(rows.perturbations, rows.readouts, rows.labels, scores, rng, level=LEVEL)
        found.append(Comparison(line.name, task, gain))
    return found


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
                f"Try again with one process: {option(workers=1)}.",
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
    return f"{job.line.name} {job.setting}{'' if job.shuffle is None else f', shuffled genes {job.shuffle + 1}'}"


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
