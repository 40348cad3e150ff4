"""Many seeds at once: worker processes with one thread each, one stream of progress, and no orphans."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import lru_cache
from multiprocessing import resource_tracker
from pathlib import Path

from db.acts import option
from db.errors import HitscoutError
from tools.replays.one_seed import Job, SeedResult, run_seed
from tools.workspace import Progress

TASK = "replay"
POLL = 0.5


def run_all(
    jobs: Sequence[Job], seeds: Sequence[int], workers: int, report: Callable[[Progress], None]
) -> list[SeedResult]:
    """Plays every seed of every job.

    Args:
        jobs: One for each screen.
        seeds: The seeds.
        workers: Processes; with 1 everything is played in this one.
        report: Called as work goes on; an exception that it raises (KeyboardInterrupt, say) ends all workers.

    Returns:
        By job, then by seed, whatever finished first.

    Raises:
        HitscoutError: A worker process died.
    """
    tasks = [(number, seed) for number in range(len(jobs)) for seed in seeds]
    if min(workers, len(tasks)) <= 1:
        return _run_here(jobs, tasks, report)
    with tempfile.TemporaryDirectory(prefix="hitscout-") as folder:
        paths = [_written(job, Path(folder) / f"{number}.job") for number, job in enumerate(jobs)]
        with worker_pool(min(workers, len(tasks))) as pool:
            with interrupts_ignored():
                waiting = {pool.submit(_run_file, paths[number], seed): (number, seed) for number, seed in tasks}
            try:
                found = _collect(waiting, jobs, report)
            except BrokenProcessPool as error:
                raise HitscoutError(
                    "A worker process of the replay died, perhaps for want of memory.",
                    f"Try again with one process: {option(workers=1)}.",
                ) from error
    return [found[task] for task in tasks]


def _run_here(
    jobs: Sequence[Job], tasks: list[tuple[int, int]], report: Callable[[Progress], None]
) -> list[SeedResult]:
    from threadpoolctl import threadpool_limits

    results = []
    with threadpool_limits(1):
        for done, (number, seed) in enumerate(tasks):
            name = jobs[number].target.name

            def step(share: float, done: int = done, name: str = name, seed: int = seed) -> None:
                report(Progress(TASK, done + share, len(tasks), f"{name}, seed {seed}"))

            step(0.0)
            results.append(run_seed(jobs[number], seed, step))
    report(Progress(TASK, len(tasks), len(tasks), "done"))
    return results


def _collect(
    waiting: dict[Future[SeedResult], tuple[int, int]], jobs: Sequence[Job], report: Callable[[Progress], None]
) -> dict[tuple[int, int], SeedResult]:
    total, found = len(waiting), {}
    report(Progress(TASK, 0, total, "starting workers"))
    left = set(waiting)
    while left:
        # Woken regularly, so that an interrupt raised by `report` or by a signal is never kept waiting by a seed.
        done, left = wait(left, timeout=POLL, return_when=FIRST_COMPLETED)
        for future in done:
            number, seed = waiting[future]
            found[number, seed] = future.result()
            report(Progress(TASK, len(found), total, f"{jobs[number].target.name}, seed {seed}"))
        if not done:
            report(Progress(TASK, len(found), total, "working"))
    return found


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Children that are started here are deaf to Ctrl-C from their first moment, so none dies with a traceback.

    What comes meanwhile is not lost: this process answers it when the block ends.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes are gone when the block is left, however it is left."""
    from joblib.externals.loky.backend import get_context

    # Not forked: the parent may hold threads (a terminal app, BLAS) that a fork would copy half-way. Not the standard
    # library's spawn either, which runs a user's script once more in each worker unless the script is guarded.
    context = get_context("loky")
    if hasattr(signal, "pthread_sigmask"):
        # Else the first worker's start begins it, which ends what `interrupts_ignored` blocked (CPython 3.11).
        resource_tracker.ensure_running()
    before = _children()
    pool = ProcessPoolExecutor(workers, context, _start_worker)
    try:
        yield pool
    except BaseException:
        _kill(_children() - before)
        raise
    finally:
        # The pool's own thread reaps the processes; two that wait for the same child see it alive for ever.
        pool.shutdown(wait=True, cancel_futures=True)


def _children() -> set[int]:
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


def _kill(workers: set[int]) -> None:
    """Ends workers in the middle of a seed: they hold nothing that is worth a farewell, and may be deaf to a wish."""
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def _start_worker() -> None:
    from threadpoolctl import threadpool_limits

    # Ctrl-C reaches the whole process group; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    threadpool_limits(1)


def _written(job: Job, path: Path) -> Path:
    with path.open("wb") as stream:
        pickle.dump(job, stream, protocol=pickle.HIGHEST_PROTOCOL)
    return path


@lru_cache(maxsize=1)
def _read(path: Path) -> Job:
    # Written by the parent a moment ago, in a folder that only this user can read.
    job = pickle.loads(path.read_bytes())  # noqa: S301
    if not isinstance(job, Job):
        raise TypeError(f"{path} holds no job.")
    return job


def _run_file(path: Path, seed: int) -> SeedResult:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return run_seed(_read(path), seed)
