"""Screens into the store: one file, one transaction, every doubtful row reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from db.acts import Word, act, option
from db.errors import ConflictError, InvalidValueError, NotFoundError, check_word, require
from db.genes.name_forms import clean
from db.provenance import content_hash, find_ingest, record_ingest
from db.records import UNSIGNED, EstimateKind, Ingest, Modality, Organism, Screen, Side, Study
from db.screens import reading as db_screens
from db.screens import writing
from db.store import Connection
from db.undo import remember, rows_of_screen
from tools.parameters import takes_fields
from tools.screens.checks.evidence_sides import side_of_evidence
from tools.screens.hit_rules import default_rule, parse_rule
from tools.screens.ingestion.added_screen import AddedScreen, summarise
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_file
from tools.screens.ingestion.written_rows import perturbation_ids, write_contrast
from tools.screens.tables.reading import BY_ITSELF, Reading
from tools.screens.tables.source_file import stem_of
from tools.workspace import Progress, Workspace

_TOOL = "add_screen"
_DESCRIPTION = (
    "phenotype", "organism", "cell_type", "modality", "condition", "readout_gene", "positive_means", "study",
    "hit_rule",
)  # fmt: skip
"""What a second file of the same content may not say otherwise without being noticed."""


@takes_fields
def add_screen(
    workspace: Workspace,
    path: Path,
    screen: ScreenDescription,
    reading: Reading = BY_ITSELF,
    *,
    replicate_files: Sequence[Path] = (),
) -> AddedScreen:
    """Adds a screen from a file; refuses what cannot be used whole, and reports every row that is kept aside.

    The same file read in the same way is recognised and written once.

    Args:
        workspace: The workspace.
        path: A MAGeCK, RSA, benchmark or generic table: csv, tsv, gzipped or Parquet.
        screen: What is said of the screen.
        reading: How the file is read.
        replicate_files: Further files of the same screen, each one replicate or donor.

    Raises:
        RefusedFileError: The file cannot be used; the store is as it was.
        NeedsChoiceError: The sign, the species, the columns or the reader have to be named.
        ConflictError: The name is taken, the readout gene contradicts the sign, or the same file is in the store
            with another description.
        InvalidValueError: An argument cannot be used.
        NotFoundError: The store has no gene names, or there is no such reader.
    """
    _check_words(screen, reading)
    table = harmonise_file(
        workspace, path, reading, replicate_files=replicate_files, organism=screen.organism,
        readout_gene=screen.readout_gene, modality=screen.modality,
    )  # fmt: skip
    described = {**_described(screen, table), "name": clean(screen.name) or name_of(path)}
    how = read_as(reading, table.reader, len(replicate_files))
    content = content_hash(table.source_hashes, how)
    with workspace.store.read() as connection:
        known = find_ingest(connection, content)
        if known is not None:
            return recognised(workspace, connection, known, described)
    with workspace.store.write("ingest") as connection:
        # Looked for again: another process may have written it in between.
        known = find_ingest(connection, content)
        if known is not None:
            return recognised(workspace, connection, known, described)
        return _written(workspace, connection, path, content, described | how, table)


def _check_words(screen: ScreenDescription, reading: Reading) -> None:
    check_word("organism", screen.organism, ("", *get_args(Organism)))
    check_word("modality", screen.modality, get_args(Modality))
    check_word("side", screen.side, get_args(Side))
    check_word("kind of estimate", reading.estimate_kind, get_args(EstimateKind))
    example = option(phenotype=Word('"IFNG production"'))
    require(screen.phenotype.strip(), "The screen has no phenotype.", f"Say what it asks about: {example}.")
    if reading.positive_means == UNSIGNED and screen.side != "both":
        raise InvalidValueError(
            f"{option(side=screen.side)} was given for effects without a sign, which lie on no side.",
            f"Leave {option('side')} out: the strongest effects are the hits, whichever way they go.",
        )
    if screen.hit_rule:
        parse_rule(screen.hit_rule)


def name_of(path: Path) -> str:
    """A file's name without its endings.

    Args:
        path: The file.
    """
    return stem_of(path).removeprefix("ground_truth_")


def read_as(reading: Reading, reader: str, replicate_files: int = 0) -> dict[str, Any]:
    """Everything beside the bytes that decides what is read; file names do not.

    Args:
        reading: How a file is read.
        reader: The reader that understood it.
        replicate_files: How many further files are replicates.
    """
    return {"kind": "screen", "reader": reader, "replicate_files": replicate_files, **reading.of_the_rows()}


def _described(screen: ScreenDescription, table: HarmonisedTable) -> dict[str, str]:
    """What is known of the screen, from what was said and from the file."""
    return {
        **asdict(screen), "organism": table.organism, "readout_gene": table.readout_gene,
        "text": screen.text or table.text, "positive_means": table.positive_means,
        "side": side_of_evidence(table.estimate_kind, table.positive_means, screen.side),
    }  # fmt: skip


# The write ---------------------------------------------------------------------------------------


def _written(
    workspace: Workspace,
    connection: Connection,
    path: Path,
    content: str,
    arguments: Mapping[str, Any],
    table: HarmonisedTable,
) -> AddedScreen:
    workspace.report(Progress(f"read {path.name}", 3, 4, "writing"))
    screen = write_screen(connection, path, content, arguments, table)
    added = rows_of_screen(connection, screen.id, [screen.ingest_id])
    remember(connection, f"screen {screen.name} was added from {path.name}", added=added)
    workspace.report(Progress(f"read {path.name}", 4, 4, "done"))
    return summarise(workspace, screen, already_present=False)


def write_screen(
    connection: Connection,
    path: Path,
    content: str,
    arguments: Mapping[str, Any],
    table: HarmonisedTable,
    *,
    tool: str = _TOOL,
    parents: Sequence[int] = (),
) -> Screen:
    """Writes a screen with its one contrast and its ingest; must be inside a write.

    Args:
        connection: The writing connection.
        path: The file that it is from.
        content: Hash of the file and of how it was read.
        arguments: What is known of the screen (the fields of `ScreenDescription`), and how it was read.
        table: Its effects.
        tool: Who brings it.
        parents: Ingests that it rests on.
    """
    ingest_id = _ingest(connection, path, content, arguments, table, tool, parents)
    rule = arguments["hit_rule"] or _own_list(connection, ingest_id, table) or default_rule(table.combined)
    screen_id = _insert_screen(connection, ingest_id, arguments, table.reader, rule)
    write_contrast(connection, screen_id, ingest_id, arguments["name"], table)
    screen = db_screens.find_screen_of_ingest(connection, ingest_id)
    if screen is None:  # pragma: no cover - it was written a few lines above
        raise NotFoundError(f"The screen {arguments['name']!r} was not written.")
    return screen


def _ingest(
    connection: Connection, path: Path, content: str, arguments: Mapping[str, Any], table: HarmonisedTable, tool: str,
    parents: Sequence[int],
) -> int:  # fmt: skip
    return record_ingest(
        connection,
        content=content,
        kind="screen",
        name=arguments["name"],
        source=path.name,
        source_hash=table.source_hashes[0],
        tool=tool,
        parents=parents,
        arguments={
            **arguments,
            "source_hashes": table.source_hashes,
            "rows_read": table.rows_read,
            "remarks": table.remarks,
            "lost_hits": table.lost_hits,
        },
        notes=table.notes,
    )


def _own_list(connection: Connection, ingest_id: int, table: HarmonisedTable) -> str:
    """Writes the file's own list of hits; gives the rule that names it, empty where the file has none."""
    if not table.hits:
        return ""
    ids = perturbation_ids(connection, table.organism, table.rows)
    return f"list:{writing.insert_hit_list(connection, ingest_id, ids[ids.index.isin(table.hits)])}"


def _insert_screen(connection: Connection, ingest_id: int, described: Mapping[str, Any], reader: str, rule: str) -> int:
    study_id = None
    if described["study"]:
        study = Study(described["study"], described["citation"], described["licence"])
        study_id = writing.add_study(connection, study)
    return writing.insert_screen(
        connection, name=described["name"], ingest_id=ingest_id, phenotype=described["phenotype"],
        organism=described["organism"], study_id=study_id, cell_type=described["cell_type"],
        condition=described["condition"], library=described["library"], modality=described["modality"],
        method=reader, readout=described["readout"], readout_gene=described["readout_gene"],
        text=described["text"], hit_rule=rule, side=described["side"],
    )  # fmt: skip


def recognised(
    workspace: Workspace,
    connection: Connection,
    known: Ingest,
    described: Mapping[str, str],
) -> AddedScreen:
    """The screen that the same file brought before, unless it is described otherwise now.

    Args:
        workspace: The workspace.
        connection: An open connection.
        known: The ingest of the same content.
        described: What is said of the screen now; empty where nothing is.

    Raises:
        ConflictError: Something else was said of it then.
    """
    screen = db_screens.find_screen_of_ingest(connection, known.id)
    if screen is None:
        raise ConflictError(
            f"{known.source} was read in the same way before, as {known.kind} {known.name!r}.",
            f"{act('diagnose')} looks at the store.",
        )
    before = known.arguments
    for key in _DESCRIPTION:
        if described[key] and described[key] != before.get(key, ""):
            raise ConflictError(
                f"The same file is in the store as screen {screen.name!r} with {option(key)} {before.get(key, '')!r};"
                f" now {described[key]!r} is given.",
                f"Remove it first ({act('screen_remove', screen.name)}), or give the same {option(key)}.",
            )
    return summarise(workspace, screen, already_present=True)
