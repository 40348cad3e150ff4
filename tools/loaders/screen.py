"""Screens: a pack's files go through the same door as a user's own."""

from __future__ import annotations

from typing import Any

from tools.loaders.base import Loaded, LoadStep, Source, required
from tools.workspace import Workspace

SCREEN_OPTIONS = frozenset({
    "name", "study", "phenotype", "organism", "cell_type", "modality", "condition", "library", "readout",
    "readout_gene", "text", "reader", "map", "where", "suffix", "positive_means", "hit_rule", "side", "controls",
    "encoding", "strict", "citation", "licence", "estimate_kind",
})  # fmt: skip
"""The keyword arguments of `tools.ingestion.add_screen` that a pack may set; ``map`` is its ``columns``."""


class Screen:
    """Adds one screen; the first file is read, further ones are its replicates."""

    title = "screen"
    options = SCREEN_OPTIONS

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.loaders.base.PackLoader.target`."""
        return ("screen", required(step, "name"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.loaders.base.PackLoader.load`."""
        # Imported here, because a list of packs needs none of the readers.
        from tools.ingestion import add_screen

        options: dict[str, Any] = {"study": source.study, "citation": source.citation, "licence": source.licence}
        options |= step.options
        if "map" in options:
            options["columns"] = options.pop("map")
        options["phenotype"] = required(step, "phenotype")
        first, *replicates = [source.folder / file for file in step.files]
        added = add_screen(workspace, first, replicate_files=tuple(replicates), **options)
        return Loaded(
            "screen",
            added.screen.name,
            "already" if added.already_present else "loaded",
            0 if added.already_present else added.effects,
            sum(noted.rows for noted in added.kept_aside),
            "; ".join((f"{added.hits} hits", *added.warnings)),
        )


METHOD = Screen
