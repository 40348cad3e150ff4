"""The files of a screen, read by the one reader that knows them; names and signs are still the files' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from db.acts import COLUMN, NAME, option
from db.errors import NeedsChoiceError, RefusedFileError
from db.provenance import file_hash
from tools import registry
from tools.screens.readers.base import ScreenReader
from tools.screens.tables.reading import BY_ITSELF, Reading
from tools.screens.tables.rows import GENE_NAMES, named
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile, opened, stem_of


@dataclass(frozen=True)
class FilesRead:
    """What was read of a screen's files.

    Attributes:
        reader: Name of the reader that understood them.
        table: Their typed rows.
        source_hashes: SHA-256 of each file that was read, the given ones first.
    """

    reader: str
    table: ScreenTable
    source_hashes: tuple[str, ...]


def read_files(source: SourceFile, reading: Reading = BY_ITSELF, replicate_files: Sequence[Path] = ()) -> FilesRead:
    """Reads a file, and the further files of the same screen, each as one replicate.

    Args:
        source: The open file, which tells the reader.
        reading: How they are read.
        replicate_files: The further files, opened one after the other.

    Raises:
        RefusedFileError: A file cannot be read as a screen.
        NeedsChoiceError: It can be read in more than one way.
    """
    name = choose_reader(source, reading)
    reader = _reader(name)
    tables, hashes = [reader.read(source, reading)], [source.sha256()]
    for path in replicate_files:
        with opened(path, reading.encoding) as further:
            tables.append(reader.read(further, reading))
            hashes.append(further.sha256())
    paths = (source.path, *replicate_files)
    beside = [file_hash(path) for table in tables for path in table.sources]
    return FilesRead(name, _together(paths, tables) if replicate_files else tables[0], (*hashes, *beside))


def choose_reader(source: SourceFile, reading: Reading = BY_ITSELF) -> str:
    """The name of the reader for a file: the one that was named, or the only one that knows its header.

    Args:
        source: The open file.
        reading: How it is to be read.

    Raises:
        RefusedFileError: No reader knows the header.
        NeedsChoiceError: More than one does.
        NotFoundError: There is no reader of the name.
    """
    if reading.reader:
        registry.load("readers", reading.reader)
        return reading.reader
    names = registry.names("readers")
    knowing = [name for name in names if _reader(name).recognises(source, reading)]
    if len(knowing) == 1:
        return knowing[0]
    file = source.path.name
    if knowing:
        raise NeedsChoiceError(
            f"{file} could be read by {' or '.join(knowing)}.", f"Say which: {option(reader=knowing[0])}."
        )
    columns = source.columns(reading)
    raise RefusedFileError(
        f"No reader knows the columns of {file}: {', '.join(columns[:20])}.{_missing(columns)}",
        f"Name the columns: {option(columns={'gene': COLUMN, 'estimate': COLUMN})}. {_suffix_hint(columns)}Or name"
        " one of the readers"
        f" ({', '.join(names)}): {option(reader=NAME)}.",
    )


def _reader(name: str) -> ScreenReader:
    method: ScreenReader = registry.load("readers", name)()
    return method


def _missing(columns: list[str]) -> str:
    return "" if named(columns, GENE_NAMES) or "" in columns else " There is no gene column among them."


def _suffix_hint(columns: list[str]) -> str:
    """The suffixes of a wide file that holds several MAGeCK screens side by side."""
    stem = "neg|lfc"
    ends = [name.removeprefix(stem) for name in columns if name.startswith(stem) and name != stem]
    return f"The file holds several screens: {' or '.join(option(suffix=end) for end in ends)}. " if ends else ""


def _together(paths: Sequence[Path], tables: Sequence[ScreenTable]) -> ScreenTable:
    """Tables of the same screen as one, in which each file is a replicate of its own."""
    parts = []
    for label, table in zip(_labels(paths), tables, strict=True):
        inner = table.rows["replicate"]
        parts.append(table.rows.assign(replicate=[f"{label} {name}".strip() for name in inner]))
    spaces = set(tables[0].identifiers).intersection(*(set(table.identifiers) for table in tables))
    return replace(
        tables[0],
        rows=pd.concat(parts, ignore_index=True),
        identifiers={s: pd.concat([t.identifiers[s] for t in tables], ignore_index=True) for s in sorted(spaces)},
        notes=tuple(
            replace(note, detail=f"{path.name}: {note.detail}")
            for path, table in zip(paths, tables, strict=True)
            for note in table.notes
        ),
        remarks=tuple(dict.fromkeys(remark for table in tables for remark in table.remarks)),
    )


def _labels(paths: Sequence[Path]) -> list[str]:
    """The files' names without their endings; numbered where two are the same."""
    stems = [stem_of(path) for path in paths]
    return [stem if stems.count(stem) == 1 else f"{stem} #{number}" for number, stem in enumerate(stems, 1)]
