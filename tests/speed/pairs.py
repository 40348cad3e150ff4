"""Two builds in turn on copies of one store: how much less CPU time the later one takes."""

from __future__ import annotations

import shutil
from pathlib import Path

from commands import Build, Timed
from world import QUESTION, fetched, filled

RUNS = 3
REPLAY = ("replay", "schmidt-il2", "--pool", "all", "--seeds", "3")


def compare(baseline: Path, tree: Path, scratch: Path, mirror: Path | None, home: Path | None) -> None:
    """Prints the least CPU seconds of `RUNS` runs each, their ratio, those of the pairs, and the highest peak memory.

    The baseline makes the store, since an earlier build need not open a later one's. Each run finds the store as it
    was; what is kept between runs is each build's own.

    Args:
        baseline: A checkout of an earlier commit.
        tree: This checkout.
        scratch: A folder for both homes.
        mirror: Where packs lie that are no packages.
        home: A home of the baseline whose store and packs are copied, so that nothing is fetched.
    """
    old, new = Build(baseline, scratch / "old"), Build(tree, scratch / "new")
    if home is None:
        fetched(old, mirror)
    else:
        shutil.copytree(home, old.home, ignore=shutil.ignore_patterns("features"))
    library, _ = filled(old, scratch)
    old.run("campaign", "start", "speed", *QUESTION, "--library", str(library))
    shutil.copytree(old.home, new.home, ignore=shutil.ignore_patterns("features"))
    kept = scratch / "kept"
    shutil.copytree(old.home / "data", kept)
    print(f"\n{'CPU seconds and peak memory, ' + str(RUNS) + ' runs in turn':<58} before      now   ratio")
    shortlist = ("shortlist", *QUESTION, "--library", str(library))
    _pair("propose, warm", (old, new), ("campaign", "propose", "speed"), kept, warm=True)
    _pair("shortlist, warm", (old, new), shortlist, kept, warm=True)
    _pair("shortlist, caches empty", (old, new), shortlist, kept)
    _pair("replay, three seeds, all controls", (old, new), REPLAY, kept, runs=1)


def _pair(
    what: str,
    builds: tuple[Build, Build],
    command: tuple[str, ...],
    kept: Path,
    *,
    warm: bool = False,
    runs: int = RUNS,
) -> None:
    taken: list[list[Timed]] = [[], []]
    for turn in range(runs + warm):
        for build, own in zip(builds, taken, strict=True):
            shutil.copytree(kept, build.home / "data", dirs_exist_ok=True)
            if not warm:
                shutil.rmtree(build.home / "cache" / "features", ignore_errors=True)
            run = build.run(*command)
            # The first run of a warm command fills the caches.
            if turn or not warm:
                own.append(run)
    before, now = (min(run.cpu for run in own) for own in taken)
    peaks = [max(run.megabytes for run in own) for own in taken]
    ratios = sorted(one.cpu / other.cpu for one, other in zip(*taken, strict=True))
    span = f"(pairs {ratios[0]:.1f} to {ratios[-1]:.1f})"
    print(f"{what:<52} {before:10.2f} s {now:6.2f} s   {before / now:5.1f} x  {span}", flush=True)
    print(f"{'':<52} {peaks[0]:9.0f} MB {peaks[1]:5.0f} MB", flush=True)
