"""Perturbed cells on their way into the store: what is said of them, and how their file is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.expression.perturb_seq.options import CellReading
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.tables.reading import Reading
from tui.chat.app import HitscoutApp
from tui.chat.pages import campaign_forms as forms
from tui.chat.pages.parameter_fields import field_of, split
from tui.chat.widgets.form import Field, FormDialog
from tui.layouts.acts import trouble_in_chat

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from tools.expression.perturb_seq.added import AddedPerturbSeq

_screen, _cells = partial(field_of, ScreenDescription), partial(field_of, CellReading)


def cell_fields() -> tuple[Field, ...]:
    """Fields that describe a screen read by cells, and those that say how the file is read."""
    return (
        _cells("phenotype_from", "Each gene's effect", "responding-genes, energy-distance, or signature:SET or :FILE."),
        replace(_screen("phenotype", "Phenotype", "What that stands for; in its own words where empty."), needed=False),
        _screen("name", "Name", "The file's own where empty."),
        _screen("study", "Study", "Publication or project; without one the screen is no prior in a replay."),
        _screen("cell_type", "Cell type", "Cell type or line; by the cells' own column where empty."),
        _screen("modality", "Modality"),
        _screen("organism", "Organism"),
        _cells("perturbation_column", "Perturbation column", "By its name and what it holds where empty."),
        _cells("control", "Control label", "By its name where empty, such as ctrl or non-targeting."),
        _cells("guide_column", "Guide column", "By its name where empty."),
        _cells("batch_column", "Compared within", "Column within which cells are compared with controls."),
        _cells("layer", "Matrix", "Such as raw or layers/counts; the first with counts where empty."),
        _cells("min_cells", "Fewest cells", "A perturbation with fewer is kept aside."),
        _cells("test", "Test"),
        field_of(
            Reading, "where", "Only cells where", "column=value between commas, such as one of several data sets."
        ),
        _screen("hit_rule", "Hit rule", "fdr<0.05, top 5%, … ; by what makes the effect where empty."),
        _screen("side", "Hits lie"),
        _screen("condition", "Condition", "What else the cells were given."),
        _screen("citation", "Citation", "Of the study."),
        _screen("licence", "Licence", "Of the data."),
    )


def look_at_cells(app: HitscoutApp, path: Path, on_done: Callable[[AddedPerturbSeq], None]) -> None:
    """Shows the form that adds a screen from perturbed cells, and adds it when it is sent.

    Args:
        app: The app.
        path: The file, or a matrix in its folder.
        on_done: Called with what was added.
    """

    def form(given: Mapping[str, Any] | None = None, error: str = "") -> None:
        fields = forms.with_values(cell_fields(), given)
        title = f"Add a screen from perturbed cells: {path.name}"
        app.push_screen(FormDialog(title, fields, send="take them in", error=error), take)

    def take(values: dict[str, Any] | None) -> None:
        if values is not None:
            _add(app, path, values, on_done, lambda problem: form(values, trouble_in_chat(problem)))

    form()


def _add(
    app: HitscoutApp,
    path: Path,
    values: Mapping[str, Any],
    on_done: Callable[[AddedPerturbSeq], None],
    on_failed: Callable[[HitscoutError], None],
) -> None:
    from tools.expression.perturb_seq.adding import add_perturb_seq

    screen, rest = split(ScreenDescription, values)
    cells, others = split(CellReading, rest)
    app.run_job(
        f"add {path.name}", add_perturb_seq, path, screen, cells, **others, on_done=on_done, on_failed=on_failed
    )
