"""The main job, whole, on public data: fetch, replay a finished screen, propose what to perturb next, write it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from db.acts import DIR, act
from db.errors import DownloadError, HitscoutError, NotFoundError
from db.store import Store
from db.view import View
from tools.campaigns.listing import campaign_show
from tools.campaigns.rounds.order_file import campaign_export
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.rounds.shortlist import Shortlist
from tools.campaigns.start.start import campaign_start
from tools.campaigns.start.start_options import StartOptions
from tools.genes.essentials import PACK as ESSENTIALS_PACK
from tools.genes.essentials import essential_names
from tools.output_files import require_within
from tools.packs.catalogue import fetch, list_packs
from tools.replays.pools import Pool, in_pool
from tools.replays.replay import ReplayReport, ReplayTarget, play_targets
from tools.replays.target import SPECIFIC, target_of_screen
from tools.workspace import Progress, Workspace

PACKS = ("hgnc", "genedisco", "pathways", "gobp", "depmap")
"""What the demo needs; all of them come from the package index."""
HELPFUL = (ESSENTIALS_PACK, "string", "coessentiality", "cd4-response", "gene-summaries")
"""Files of public repositories, which make the ranking better where they can be had."""
SCREEN = "schmidt-ifng"
ROUNDS, SIZE, SEEDS = 5, 128, 2
FILE_NAME = "hitscout-demo-shortlist.csv"
DEPMAP, DEPMAP_LIST = "depmap_common_essential", "DepMap common essential"
NO_LIST = "none"
NOT_THE_BENCHMARK = (
    "These figures are not the published benchmark's: hits are here the top 5 % by absolute mean effect of two donors,"
    f" as genedisco has the screen; {act('benchmark_biodiscovery')} plays the benchmark's own files."
)
NOT_CEGV2 = (
    "CEGv2 could not be fetched, so essential genes are here the DepMap common essentials. That is not CEGv2: it is a"
    " longer list, and takes out more hits."
)
POOR = (
    f"Not to be had from here: {{}}. The ranking is better with them; {act('demo', mirror=DIR)} takes them from a"
    " folder."
)


@dataclass(frozen=True)
class Demo:
    """What the demo did.

    Attributes:
        store: The demo's own store, which other commands can open with ``--store``.
        essentials: Which list of essential genes was used: ``CEGv2``, ``DepMap common essential`` or ``none``.
        report: The replay with its controls.
        shortlist: What to perturb next, after the rounds that the replay has measured.
        path: The file that the shortlist was written to.
        remarks: What a reader of the figures has to know.
        seconds: How long all of it took.
    """

    store: Path
    essentials: str
    report: ReplayReport
    shortlist: Shortlist
    path: Path
    remarks: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``demo --json``."""
        return {
            "store": str(self.store),
            "essentials": self.essentials,
            "replay": self.report.to_json(),
            "shortlist": self.shortlist.to_json(),
            "path": str(self.path),
            "remarks": list(self.remarks),
            "seconds": round(self.seconds, 2),
        }


def demo(
    workspace: Workspace,
    *,
    folder: Path | None = None,
    mirror: Path | None = None,
    seeds: int = SEEDS,
    workers: int | None = None,
) -> Demo:
    """Does the main job on public data in a store of its own, without any key.

    Public packs are fetched, a finished screen of interferon gamma is replayed (five rounds of 128 whose results are
    hidden until their round) beside its controls, the next 128 are proposed from the measured rounds, and written to
    a file. Fitness genes are no candidates: whatever slows or kills a cell changes every readout.

    Args:
        workspace: Its folders and progress are used; its store is not touched.
        folder: Where the shortlist's file goes; the working folder where None.
        mirror: A folder with the packs' files, looked into before the network.
        seeds: Seeds of the replay.
        workers: Processes; where None one for each processor.

    Raises:
        DownloadError: A pack cannot be had.
        RefusedFileError: The folder is none that may be written to.
    """
    started = time.monotonic()
    require_within(workspace, folder or Path.cwd())
    own = replace(workspace, store=Store(workspace.paths.cache / "demo" / "demo.duckdb"), writes_within=None)
    _fetch(own, mirror)
    done = play(own, SCREEN, folder or Path.cwd(), seeds=seeds, workers=workers)
    return replace(done, seconds=time.monotonic() - started)


def play(
    workspace: Workspace,
    screen: str,
    folder: Path,
    *,
    rounds: int = ROUNDS,
    size: int = SIZE,
    seeds: int = SEEDS,
    workers: int | None = None,
) -> Demo:
    """Replays a finished screen of a store, proposes the next round from the measured ones, and writes it.

    Args:
        workspace: Its store has the screen, and gets the campaign.
        screen: Name of the screen.
        folder: Where the shortlist's file goes.
        rounds: Rounds of the replay.
        size: Perturbations of a round, and of the shortlist.
        seeds: Seeds of the replay; the shortlist goes on from the first one.
        workers: Processes; where None one for each processor.
    """
    started = time.monotonic()
    target, essentials = _target(workspace, screen)
    pool = _pool(target, essentials)
    report = play_targets(
        workspace, [target], rounds=rounds, size=size, seeds=seeds, pool=pool, siblings=False, text="json",
        workers=workers,
    )  # fmt: skip
    picks = [name for chosen in report.screens[0].picks[0] for name in chosen]
    made = _propose(workspace, in_pool(target, pool), picks, size)
    path = write_beside(folder / FILE_NAME, workspace, made.campaign)
    remarks = tuple(_remarks(workspace, essentials))
    return Demo(workspace.store.path, essentials, report, made, path, remarks, time.monotonic() - started)


def _remarks(workspace: Workspace, essentials: str) -> Iterator[str]:
    yield NOT_THE_BENCHMARK
    if essentials == DEPMAP_LIST:
        yield NOT_CEGV2
    here = {pack.name for pack in list_packs(workspace) if pack.in_store}
    if absent := [name for name in HELPFUL if name not in here]:
        yield POOR.format(", ".join(absent))


def _fetch(workspace: Workspace, mirror: Path | None) -> None:
    """The packs of the demo, those that the store has already left alone, and the helpful ones that can be had."""
    here = {pack.name for pack in list_packs(workspace) if pack.in_store}
    missing = [name for name in PACKS if name not in here]
    if missing:
        for pack in fetch(workspace, missing, mirror=mirror).packs:
            if pack.state == "failed":
                raise DownloadError(f"{pack.name}: {pack.problem}", pack.suggestion)
    if missing or mirror:
        # Asked for at the first run only: without internet the answer takes its time, and stays the same.
        _fetch_helpful(workspace, [name for name in HELPFUL if name not in here], mirror)


def _fetch_helpful(workspace: Workspace, names: Sequence[str], mirror: Path | None) -> None:
    """Fetches what can be had, and stops at the first that cannot: the others lie on the same host."""
    for name in names:
        try:
            fetch(workspace, [name], mirror=mirror)
        except DownloadError as error:
            workspace.report(Progress(f"fetch {name}", 1, 1, f"not to be had: {error.message}"))
            return


def _target(workspace: Workspace, screen: str) -> tuple[ReplayTarget, str]:
    """The finished screen, with a list of essential genes, and the name of that list."""
    target = target_of_screen(workspace, screen, "json")
    if essential_names(workspace) is not None:
        return target, "CEGv2"
    values = View(workspace.store).gene_values(DEPMAP)
    essential = frozenset(values.index[values > 0])
    if not essential:
        return target, NO_LIST
    is_essential = target.table.index.isin(list(essential))
    table = target.table.assign(essential=is_essential, fitness=target.table["fitness"] | is_essential)
    left = tuple((name, packs) for name, packs in target.missing if name == SPECIFIC)
    return replace(target, table=table, missing=left), DEPMAP_LIST


def _pool(target: ReplayTarget, essentials: str) -> Pool:
    """Without fitness genes, where all that DepMap says of them is there; else without the essential ones, if any."""
    if SPECIFIC not in dict(target.missing):
        return "specific"
    return "all" if essentials == NO_LIST else "nonessential"


def _propose(workspace: Workspace, target: ReplayTarget, picks: Sequence[str], size: int) -> Shortlist:
    """The next round after the replayed ones: a campaign on the same question, with the picks as measured."""
    frame = target.table.loc[sorted(picks), ["effect"]].rename_axis("gene").rename(columns={"effect": "lfc"})
    text = frame.to_csv(lineterminator="\n")
    name = f"demo-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    try:
        # The same rounds were measured by an earlier run: their campaign goes on.
        campaign_show(workspace, name)
    except NotFoundError:
        _start(workspace, target, name, text, size)
    return campaign_propose(workspace, name, size=size, seed=0)


def _start(workspace: Workspace, target: ReplayTarget, name: str, measured: str, size: int) -> None:
    path = workspace.store.path.parent / f"{name}.csv"
    path.write_text(measured, encoding="utf-8")
    library = path.with_suffix(".txt")
    library.write_text("\n".join(target.table.index) + "\n", encoding="utf-8")
    question = target.question
    options = StartOptions(
        question.phenotype, text=question.text, organism=question.organism, cell_type=question.cell_type,
        readout=question.readout, direction=question.direction, modality=question.modality, hit_rule=question.hit_rule,
        study=question.study, measured=str(path), library=str(library), size=size, positive_means="raises",
        reader="generic",
    )  # fmt: skip
    campaign_start(workspace, name, options)


def write_beside(wanted: Path, workspace: Workspace, campaign: str) -> Path:
    """Writes a campaign's newest round to a file, and never over a different one.

    Args:
        wanted: The file; where it is there with other contents, the next free name with a number.
        workspace: The workspace of the campaign.
        campaign: Name of the campaign.

    Returns:
        The file that holds the round.
    """
    fresh = workspace.store.path.parent / FILE_NAME
    campaign_export(workspace, fresh, campaign, overwrite=True)
    contents = fresh.read_bytes()
    for path in _names(wanted):
        try:
            with path.open("xb") as file:
                file.write(contents)
        except FileExistsError:
            if path.is_file() and path.read_bytes() == contents:
                return path
            continue
        return path
    raise HitscoutError(f"There is no free name like {wanted}.", "Remove some of the files of that name.")


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    for number in range(2, 1000):
        yield wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
