"""Screens: a pack's files go through the same door as a user's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.provenance import file_hash, list_ingests
from db.screens.reading import find_screen_of_ingest
from tools.packs.loaders.base import Loaded, LoadStep, Source, required
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.tables.reading import Reading
from tools.workspace import Workspace

if TYPE_CHECKING:
    from tools.screens.ingestion.added_screen import AddedScreen

_FIELDS = frozenset(field.name for kind in (ScreenDescription, Reading) for field in fields(kind))
SCREEN_OPTIONS = _FIELDS - {"columns"} | {"map", "described"}
"""The fields of `tools.screens.ingestion.adding.add_screen` that a pack may set; ``map`` is its ``columns``.

``described`` is a frozen line on cells and assay, without any hint at the biology found; it stays in the catalogue, for
replays that ask with it.
"""


class Screen:
    """Adds one screen; the first file is read, further ones are its replicates."""

    title = "screen"
    options = SCREEN_OPTIONS

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("screen", required(step, "name"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`."""
        # Imported here, because a list of packs needs none of the readers.
        from tools.screens.ingestion.adding import add_screen

        options: dict[str, Any] = {"study": source.study, "citation": source.citation, "licence": source.licence}
        options |= {key: value for key, value in step.options.items() if key != "described"}
        if "map" in options:
            options["columns"] = options.pop("map")
        options["phenotype"] = required(step, "phenotype")
        first, *replicates = [source.folder / file for file in step.files]
        known = _known(workspace, source.folder, step, options)
        added = known or add_screen(workspace, first, replicate_files=tuple(replicates), **options)
        return Loaded(
            "screen",
            added.screen.name,
            "already" if added.already_present else "loaded",
            0 if added.already_present else added.effects,
            sum(noted.rows for noted in added.kept_aside),
            "; ".join((f"{added.hits} hits", *added.warnings)),
        )


def _known(workspace: Workspace, folder: Path, step: LoadStep, options: Mapping[str, Any]) -> AddedScreen | None:
    """The report on the screen that the same files brought with the same options, told without reading them.

    Where anything differs, or a file is no longer as it was, the answer is None and the file is read, so that
    `tools.screens.ingestion.adding.add_screen` finds what changed and says so.
    """
    from tools.screens.ingestion.added_screen import summarise

    hashes = [file_hash(folder / file) for file in step.files]
    with workspace.store.read() as connection:
        for ingest in list_ingests(connection):
            read = list(ingest.arguments.get("source_hashes", ()))
            if (ingest.kind, ingest.name) != ("screen", options["name"]) or read[: len(hashes)] != hashes:
                continue
            beside = read[len(hashes) :]
            if _as_before(ingest.arguments, options) and set(beside) <= _hashes_in(folder, when=bool(beside)):
                screen = find_screen_of_ingest(connection, ingest.id)
                return summarise(workspace, screen, already_present=True) if screen else None
    return None


def _as_before(before: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether every option that a pack gives is the one that the ingest was made with."""
    given = {key: value for key, value in options.items() if key != "strict" and value}
    return bool(
        json.dumps(given, sort_keys=True) == json.dumps({key: before.get(key) for key in given}, sort_keys=True)
    )


def _hashes_in(folder: Path, *, when: bool) -> set[str]:
    """Hashes of the files of a pack's folder, for what a reader found beside the file that it was given."""
    return {file_hash(path) for path in folder.iterdir() if path.is_file()} if when else set()


METHOD = Screen
