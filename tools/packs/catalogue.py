"""The catalogue of public data: what there is, and how it comes into the store."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from db.acts import act, option
from db.errors import HitscoutError, InvalidValueError, NotFoundError, did_you_mean
from db.genes.names import has_genes
from db.provenance import list_ingests
from tools import registry
from tools.genes.texts.vectors import EncodedTexts
from tools.genes.texts.wordllama import PACK as ENCODER_PACK
from tools.packs.definition import Pack, read_pack, read_packs
from tools.packs.downloads import Mirror, fetch_files, is_fetched
from tools.packs.encoding import encode_at_once, encoded_by
from tools.packs.loaders.base import Loaded, LoadStep, PackLoader, Source
from tools.parameters import takes_names
from tools.workspace import Progress, Workspace

NAMES_PACK = "hgnc"
"""The pack that every other one needs, because it says what gene names mean."""

_ACTS = {
    "hitscout encode": act("encode_gene_texts"),
    "hitscout encode --encoder wordllama": act("encode_gene_texts", encoder="wordllama"),
}
"""Next step of a pack → the act that it is."""
_LOADING_ORDER = (
    "genes", "orthologs", "gene_sets", "network", "gene_values", "gene_texts", "embedding", "expression", "responses",
    "screen",
)  # fmt: skip


@dataclass(frozen=True)
class PackSummary:
    """One pack of the catalogue, as a list shows it.

    Attributes:
        name: Its name.
        title: What it is.
        group: Name under which several are fetched together; may be empty.
        default: Whether ``fetch`` without names gets it.
        commercial: Whether its terms allow commercial use.
        licence: The terms.
        citation: Whom to cite.
        megabytes: Size of the download.
        fetched: Whether its files are on this machine.
        in_store: Whether the store has what it loads; of a pack that loads nothing, whether its files are here.
    """

    name: str
    title: str
    group: str
    default: bool
    commercial: bool
    licence: str
    citation: str
    megabytes: float
    fetched: bool
    in_store: bool


@dataclass(frozen=True)
class PackOutcome:
    """What became of one pack.

    Attributes:
        name: Its name.
        state: ``ready``, or ``failed`` with a problem.
        files: Number of files in its folder.
        bytes: Bytes that came in; 0 where all was there.
        loaded: What was put into the store, or was there already.
        licence: The terms.
        citation: Whom to cite.
        problem: Why it failed; empty where it did not.
        suggestion: What would work.
        seconds: How long it took.
        next_step: Command that makes use of it, where fetching alone changes nothing; else empty.
    """

    name: str
    state: Literal["ready", "failed"]
    files: int
    bytes: int
    loaded: tuple[Loaded, ...]
    licence: str
    citation: str
    problem: str = ""
    suggestion: str = ""
    seconds: float = 0.0
    next_step: str = ""


@dataclass(frozen=True)
class FetchReport:
    """What became of each pack, in the order in which they were fetched.

    Attributes:
        packs: The packs.
        encoded: What came of encoding the gene texts; None where that was not to be done.
    """

    packs: tuple[PackOutcome, ...]
    encoded: EncodedTexts | None = None

    @property
    def complete(self) -> bool:
        """Whether every pack is ready."""
        return all(pack.state == "ready" for pack in self.packs)


def list_packs(workspace: Workspace) -> tuple[PackSummary, ...]:
    """Lists the public data sets that `fetch` gets, with their terms, and which of them are here.

    Args:
        workspace: The workspace whose folders and store are looked at.
    """
    present: set[tuple[str, str]] = set()
    if workspace.store.exists():
        with workspace.store.read() as connection:
            present = {(ingest.kind, ingest.name) for ingest in list_ingests(connection)}
    return tuple(_summary(workspace, pack, present) for pack in read_packs())


def _summary(workspace: Workspace, pack: Pack, present: set[tuple[str, str]]) -> PackSummary:
    fetched = is_fetched(pack, pack_folder(workspace, pack))
    return PackSummary(
        name=pack.name,
        title=pack.title,
        group=pack.group,
        default=pack.default,
        commercial=pack.commercial,
        licence=pack.licence,
        citation=pack.citation,
        megabytes=round(pack.bytes / 1e6, 1),
        fetched=fetched,
        in_store=all(_loader(step).target(step) in present for step in pack.loads) if pack.loads else fetched,
    )


def absent_packs(workspace: Workspace, names: Iterable[str]) -> tuple[str, ...]:
    """Those of some packs that are not here: neither in the store nor, where they load nothing, in their folder.

    Args:
        workspace: The workspace whose folders and store are looked at.
        names: Names of packs.
    """
    with workspace.store.read() as connection:
        present = {(ingest.kind, ingest.name) for ingest in list_ingests(connection)}
    packs = [read_pack(name) for name in dict.fromkeys(names)]
    return tuple(pack.name for pack in packs if not _summary(workspace, pack, present).in_store)


def remedies(workspace: Workspace, names: Iterable[str]) -> tuple[str, ...]:
    """The commands that make a source speak which says nothing, given the packs that it needs.

    Packs that are not here are fetched. Of those that are, only one whose fetch alone changes nothing can help: its
    next step was not taken yet.

    Args:
        workspace: The workspace whose folders and store are looked at.
        names: Names of packs without which the source has nothing to say.
    """
    absent, steps = _helping(workspace, names)
    fetching = (f"hitscout fetch {' '.join(absent)}",) if absent else ()
    return (*fetching, *steps)


def helping_acts(workspace: Workspace, names: Iterable[str]) -> tuple[str, ...]:
    """What `remedies` says as command lines, as the acts that a sentence names.

    Args:
        workspace: As for `remedies`.
        names: As for `remedies`.
    """
    absent, steps = _helping(workspace, names)
    fetching = (act("fetch", list(absent)),) if absent else ()
    return (*fetching, *(_ACTS.get(step, f"`{step}`") for step in steps))


def _helping(workspace: Workspace, names: Iterable[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Packs that are not here, and the next steps of those that are."""
    needed = tuple(dict.fromkeys(names))
    absent = absent_packs(workspace, needed)
    steps = dict.fromkeys(_next_step(workspace, read_pack(name)) for name in needed if name not in absent)
    return absent, [step for step in steps if step]


def _next_step(workspace: Workspace, pack: Pack) -> str:
    """A pack's next step as it can be typed into a shell."""
    return pack.next_step.replace("{folder}", shlex.quote(str(pack_folder(workspace, pack))))


def pack_folder(workspace: Workspace, pack: Pack | str) -> Path:
    """The folder of a pack's files, which need not be there yet.

    Args:
        workspace: The workspace.
        pack: A pack, or the name of one or of a group.

    Raises:
        NotFoundError: There is no such pack or group.
    """
    one = pack if isinstance(pack, Pack) else _named([pack])[0]
    return workspace.paths.packs / one.folder


@takes_names
def fetch(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    all_screens: bool = False,
    mirror: Path | None = None,
    accept_licence: bool = False,
) -> FetchReport:
    """Gets public data sets and puts them into the store.

    Files that are here and unchanged are not fetched again, and what the store has already is recognised. Of several
    packs, what can be had is kept, and the report says what could not. In the end the gene texts are encoded with the
    word vectors of ``wordllama``, where they are here: in seconds, unless another encoder's vectors are in the store.

    Args:
        workspace: The workspace whose store takes the data.
        names: Packs or groups of packs; the default ones where none is named and `all_screens` is not asked for.
        all_screens: Every pack with a screen whose terms need no acceptance, beside those that are named.
        mirror: A folder with the files and their ``manifest.tsv``, looked into before the network; else the
            environment's ``HITSCOUT_MIRROR``.
        accept_licence: Whether terms that forbid commercial use are accepted.

    Raises:
        NotFoundError: There is no pack or group of a name.
        DownloadError: The only pack that was asked for cannot be had, or is not the one that was pinned.
        InvalidValueError: The mirror is none, or a single pack's terms were not accepted.
    """
    wanted = _wanted(names, all_screens=all_screens)
    if len(wanted) == 1:
        # Before gene names are fetched on behalf of a pack that is then refused.
        _check_terms(wanted[0], accepted=accept_licence)
    source = _mirror(mirror)
    workspace.store.create()
    ordered = sorted(_with_names_pack(workspace, wanted), key=_order)
    outcomes = []
    for pack in ordered:
        try:
            outcomes.append(_fetch_one(workspace, pack, source, accepted=accept_licence))
        except HitscoutError as error:
            if len(wanted) == 1 or pack.name == NAMES_PACK:
                raise
            outcomes.append(
                PackOutcome(pack.name, "failed", 0, 0, (), pack.licence, pack.citation, error.message, error.suggestion)
            )
    encoded = encode_at_once(workspace)
    if encoded_by(workspace):
        outcomes = [replace(one, next_step="") if one.name == ENCODER_PACK else one for one in outcomes]
    return FetchReport(tuple(outcomes), encoded)


def _wanted(names: Sequence[str], *, all_screens: bool) -> list[Pack]:
    """The packs that are asked for, each once; the default ones where nothing is asked for."""
    if not names and not all_screens:
        return [pack for pack in read_packs() if pack.default]
    named = _named(names)
    if not all_screens:
        return named
    screens = [pack for pack in read_packs() if pack.commercial and any(step.loader == "screen" for step in pack.loads)]
    return list({pack.name: pack for pack in (*named, *screens)}.values())


def _named(names: Sequence[str]) -> list[Pack]:
    packs = read_packs()
    groups = {pack.group for pack in packs if pack.group}
    found: dict[str, Pack] = {}
    for name in names:
        matching = [pack for pack in packs if name in (pack.name, pack.group)]
        if not matching:
            hint = did_you_mean(name, [*groups, *(pack.name for pack in packs)])
            raise NotFoundError(f"There is no pack {name!r}.", f"{hint} {act('list_packs')} shows all.".strip())
        found |= {pack.name: pack for pack in matching}
    return list(found.values())


def _mirror(given: Path | None) -> Mirror | None:
    named = os.environ.get("HITSCOUT_MIRROR")
    folder = given or (Path(named) if named else None)
    return Mirror(folder) if folder else None


def _with_names_pack(workspace: Workspace, wanted: list[Pack]) -> list[Pack]:
    if any(pack.name == NAMES_PACK for pack in wanted):
        return wanted
    with workspace.store.read() as connection:
        if has_genes(connection, "human"):
            return wanted
    workspace.report(Progress(f"fetch {NAMES_PACK}", 0, None, "gene names come first: every pack needs them"))
    return [read_pack(NAMES_PACK), *wanted]


def _order(pack: Pack) -> tuple[int, str]:
    return min((_LOADING_ORDER.index(step.loader) for step in pack.loads), default=0), pack.name


def _check_terms(pack: Pack, *, accepted: bool) -> None:
    if not pack.commercial and not accepted:
        raise InvalidValueError(
            f"The terms of {pack.name} are: {pack.licence}.",
            f"Give {option(accept_licence=True)} if your use is allowed by them.",
        )


def _fetch_one(workspace: Workspace, pack: Pack, mirror: Mirror | None, *, accepted: bool) -> PackOutcome:
    _check_terms(pack, accepted=accepted)
    started = time.monotonic()
    folder = pack_folder(workspace, pack)

    def show(done: float, total: float | None) -> None:
        workspace.report(Progress(f"fetch {pack.name}", done, total, "bytes"))

    fetched = fetch_files(pack, folder, mirror, show)
    loaded = _load(workspace, pack, folder)
    return PackOutcome(
        name=pack.name,
        state="ready",
        files=fetched.files,
        bytes=fetched.bytes,
        loaded=loaded,
        licence=pack.licence,
        citation=pack.citation,
        seconds=round(time.monotonic() - started, 2),
        next_step=_next_step(workspace, pack),
    )


def _load(workspace: Workspace, pack: Pack, folder: Path) -> tuple[Loaded, ...]:
    source = Source(pack.name, folder, pack.citation, pack.licence, pack.study)
    done = []
    for number, step in enumerate(pack.loads):
        workspace.report(Progress(f"load {pack.name}", number, len(pack.loads), _loader(step).target(step)[1]))
        done.append(_loader(step).load(workspace, source, step))
    workspace.report(Progress(f"load {pack.name}", len(pack.loads), len(pack.loads), "done"))
    return tuple(done)


def _loader(step: LoadStep) -> PackLoader:
    loader: PackLoader = registry.load("loaders", step.loader)()
    return loader
