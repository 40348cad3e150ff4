"""What every loader meets: the files of a pack go into the store, each step in one transaction.

A step is keyed by the bytes that it reads and the options that it reads them with, so that the same pack again is
recognised and nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from db.errors import ConflictError, InvalidValueError
from db.provenance import add_notes, content_hash, file_hash, find_ingest, record_ingest
from db.records import Note
from db.store import Connection
from tools.workspace import Workspace

LoadState = Literal["loaded", "already", "kept"]


@dataclass(frozen=True)
class Source:
    """Where a pack's files are, and what must be said of them.

    Attributes:
        pack: Name of the pack.
        folder: The folder that holds its files.
        citation: Whom to cite.
        licence: Under which terms the files may be used.
        study: The study that the pack's screens belong to, where a screen does not say otherwise.
    """

    pack: str
    folder: Path
    citation: str = ""
    licence: str = ""
    study: str = ""


@dataclass(frozen=True)
class LoadStep:
    """One ``[[load]]`` entry of a pack.

    Attributes:
        loader: Name of the loader.
        files: Names of the files that it reads, in reading order.
        options: Every other key of the entry.
    """

    loader: str
    files: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """What one step put into the store.

    Attributes:
        kind: What it is: genes, orthologs, gene_sets, network, gene_values, gene_texts, embedding, responses or
            screen.
        name: Its name in the store.
        state: ``loaded``; ``already`` when it was there; ``kept`` when the store keeps an older one on purpose.
        rows: Rows written: genes, pairs, memberships, edges, values, texts, vectors, responses or effects.
        kept_aside: Names that could not be placed.
        detail: A few words for the report.
    """

    kind: str
    name: str
    state: LoadState
    rows: int = 0
    kept_aside: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Written:
    """What a loader wrote inside its transaction.

    Attributes:
        rows: Rows written.
        notes: Names that could not be placed.
        detail: A few words for the report.
    """

    rows: int
    notes: Sequence[Note] = ()
    detail: str = ""


class PackLoader(Protocol):
    """Puts one kind of data into the store."""

    title: str
    """The kind of data in a few words, for messages and help."""

    options: frozenset[str]
    """The keys of a ``[[load]]`` entry that the loader understands, beside ``loader`` and ``files``."""

    def target(self, step: LoadStep) -> tuple[str, str]:
        """Kind and name of the ingest that the step makes.

        Args:
            step: The step.
        """
        ...

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """Reads the step's files and writes them in one transaction.

        Args:
            workspace: The workspace whose store is written.
            source: The pack.
            step: What to read, and how.

        Raises:
            RefusedFileError: A file is not what the step says it is; the store is unchanged.
        """
        ...


def load_once(
    workspace: Workspace,
    source: Source,
    step: LoadStep,
    *,
    target: tuple[str, str],
    write: Callable[[Connection, int], Written],
    before: Callable[[], None] | None = None,
) -> Loaded:
    """Runs one step's writing in one transaction, unless the store has it already.

    Args:
        workspace: The workspace whose store is written.
        source: The pack.
        step: The step.
        target: Kind and name of the ingest.
        write: Called with the writing connection and the ingest's id.
        before: Called first where there is something to write: for reading that takes longer than others, who wait
            for the store, would like to wait.
    """
    kind, name = target
    hashes = [file_hash(source.folder / file) for file in step.files]
    arguments = {"loader": step.loader, "files": list(step.files), **step.options}
    content = content_hash(hashes, arguments)
    with workspace.store.read() as connection:
        known = find_ingest(connection, content)
    if known is not None:
        return Loaded(kind, known.name, "already")
    if before is not None:
        before()
    try:
        with workspace.store.write(f"pack {source.pack}") as connection:
            if (known := find_ingest(connection, content)) is not None:
                # Another process was faster.
                return Loaded(kind, known.name, "already")
            ingest_id = record_ingest(
                connection,
                content=content,
                kind=kind,
                name=name,
                source=source.pack,
                source_hash=hashes[0] if len(hashes) == 1 else content_hash(hashes, {}),
                tool=f"fetch {source.pack}",
                arguments=arguments,
            )
            written = write(connection, ingest_id)
            add_notes(connection, ingest_id, written.notes)
    except ConflictError as error:
        return Loaded(kind, name, "kept", detail=str(error))
    return Loaded(kind, name, "loaded", written.rows, sum(n.kept_aside for n in written.notes), written.detail)


def required(step: LoadStep, key: str) -> str:
    """An option that a step must have.

    Raises:
        InvalidValueError: It is missing or empty.
    """
    value = str(step.options.get(key, ""))
    if not value:
        raise InvalidValueError(f"A load with {step.loader} needs {key}.", f'Write {key} = "…" into the pack\'s file.')
    return value
