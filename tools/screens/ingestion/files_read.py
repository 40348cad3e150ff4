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
from tools.screens.checks.foreign_tables import columns_of_effects, refuse_counts_of_genes, refuse_foreign
from tools.screens.readers.base import ScreenReader
from tools.screens.tables.reading import BY_ITSELF, Reading
from tools.screens.tables.rows import GENE_NAMES, named
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile, opened, stem_of

ANY_TABLE = "generic"
"""The reader of tables of no tool's format."""


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
        with opened(path, reading) as further:
            tables.append(reader.read(further, reading))
            hashes.append(further.sha256())
    paths = (source.path, *replicate_files)
    beside = [file_hash(path) for table in tables for path in table.sources]
    return FilesRead(name, _together(paths, tables) if replicate_files else tables[0], (*hashes, *beside))


def choose_reader(source: SourceFile, reading: Reading = BY_ITSELF) -> str:
    """The name of the reader for a file: the one that was named, or the only one that knows its header.

    The formats of single tools come first; what none of them knows, and is no table of something else, is any table's.

    Args:
        source: The open file.
        reading: How it is to be read.

    Raises:
        RefusedFileError: No reader knows the header, or the one that was named does not.
        NeedsChoiceError: More than one does.
        NotFoundError: There is no reader of the name.
    """
    if reading.reader:
        _refuse_unknown_format(source, reading)
        return reading.reader
    names = [name for name in registry.names("readers") if name != ANY_TABLE]
    knowing = [name for name in names if _reader(name).recognises(source, reading)]
    if len(knowing) == 1:
        return knowing[0]
    file = source.path.name
    if knowing:
        raise NeedsChoiceError(
            f"{file} could be read by {' or '.join(knowing)}.", f"Say which: {option(reader=knowing[0])}."
        )
    refuse_foreign(source, reading)
    if _reader(ANY_TABLE).recognises(source, reading):
        return ANY_TABLE
    raise _unknown(source, reading)


def _refuse_unknown_format(source: SourceFile, reading: Reading) -> None:
    """Refuses a file of another format than that of the reader that was named."""
    reader = _reader(reading.reader)
    if reading.reader == ANY_TABLE or reader.recognises(source, reading):
        return
    columns = source.columns(reading)
    # A mapping that the format does not honour is one reason; the columns themselves are the other.
    if reading.columns and reader.recognises(source, replace(reading, columns={})):
        raise RefusedFileError(
            f"The reader {reading.reader} knows the columns of {source.path.name} by itself, and does not take"
            f" {option(columns=dict(reading.columns))}.",
            f"Leave {option('columns')} out, or read it with {option(reader=ANY_TABLE)}.",
        )
    raise RefusedFileError(
        f"{source.path.name} is no {reader.title}; its columns are: {', '.join(columns[:20])}.",
        f"Leave {option('reader')} out, and the format is told by the columns.",
    )


def _unknown(source: SourceFile, reading: Reading) -> RefusedFileError:
    columns = source.columns(reading)
    refuse_counts_of_genes(source, reading)
    gene = next(iter(named(columns, GENE_NAMES)), "" if "" in columns else None)
    effects = columns_of_effects(source, reading)
    others = f" (or {', '.join(effects[1:6])})" if len(effects) > 1 else ""
    here = f" Here {option(columns={'estimate': effects[0]})}{others} could be meant." if effects else ""
    return RefusedFileError(
        f"No reader knows the columns of {source.path.name}: {', '.join(map(_shown, columns[:20]))}."
        f"{' There is no gene column among them.' if gene is None else ''}",
        f"Name the columns: {option(columns={'gene': COLUMN, 'estimate': COLUMN})}.{here}"
        f" {_suffix_hint(columns)}Or name"
        " one of the readers"
        f" ({', '.join(registry.names('readers'))}): {option(reader=NAME)}.",
    )


def _shown(column: str) -> str:
    return column or "(row names)"


def _reader(name: str) -> ScreenReader:
    method: ScreenReader = registry.load("readers", name)()
    return method


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
        said=tuple(dict.fromkeys(sentence for table in tables for sentence in table.said)),
        remarks=tuple(dict.fromkeys(remark for table in tables for remark in table.remarks)),
    )


def _labels(paths: Sequence[Path]) -> list[str]:
    """The files' names without their endings; numbered where two are the same."""
    stems = [stem_of(path) for path in paths]
    return [stem if stems.count(stem) == 1 else f"{stem} #{number}" for number, stem in enumerate(stems, 1)]
