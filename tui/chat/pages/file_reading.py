"""A file on its way into the store: its columns are mapped, and what would be read of it is shown before it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Select, Static

from tools.screens.ingestion.description import ScreenDescription
from tools.screens.ingestion.preview import FileLook, ScreenPreview, look_at_file, preview_screen
from tools.screens.tables.reading import Reading
from tui.chat.app import HitscoutApp
from tui.chat.pages import campaign_forms as forms
from tui.chat.pages.file_fields import MAPPED, further_fields, mapping_fields, record_fields, screen_fields
from tui.chat.pages.parameter_fields import split
from tui.chat.widgets.asking import shown
from tui.chat.widgets.form import Field, FieldRow, FormDialog
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe
from tui.layouts.acts import in_chat, trouble_in_chat
from tui.layouts.format import Column, laid_out
from tui.layouts.screen import previewed

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from tools.campaigns.results.recording import Recorded
    from tools.screens.ingestion.added_screen import AddedScreen
    from tools.workspace import Workspace
    from tui.chat.pages.campaign_reading import Overview

_PREVIEWED = frozenset({"organism", "modality", "readout_gene", "hit_rule", "side"})
"""What is said of a screen that decides, beside how its file is read, what a preview shows."""

MESSAGE_LENGTH = 160


class FileForm(FormDialog):
    """A form on a file: description, mapping of columns, and a preview that follows it (F5).

    Args:
        app: The app, whose jobs read the file.
        path: The file.
        look: Its columns and first rows.
        description: Fields that describe it.
        title: What it is for.
        error: Why an earlier try did not work.
        given: Values of an earlier try.
        fixed: Values that the preview takes beside those of the form.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "preview", "Preview", priority=True)]
    CSS = """
    FileForm > #dialog { width: 96%; max-width: 120; }
    FileForm #summary { margin-bottom: 1; }
    FileForm SafeTable { height: auto; max-height: 8; }
    FileForm #preview { margin-bottom: 4; }
    FileForm #fields { margin-bottom: 1; }
    """

    def __init__(
        self,
        app: HitscoutApp,
        path: Path,
        look: FileLook,
        description: tuple[Field, ...],
        *,
        title: str,
        error: str = "",
        given: Mapping[str, Any] | None = None,
        fixed: Mapping[str, Any] | None = None,
    ) -> None:
        mapped, further = mapping_fields(look), further_fields()
        ordered = (*mapped, *description, *further) if look.problem else (*description, *mapped, *further)
        super().__init__(title, forms.with_values(ordered, given), send="take it in", error=error)
        self._app, self._path, self._look, self._fixed = app, path, look, dict(fixed or {})
        self._asked = 0
        self.preview: ScreenPreview | None = None

    def more(self) -> ComposeResult:
        """The file's first rows, and what is read of it."""
        yield Static(safe(f"First rows of {self._look.name}", "bold"))
        yield SafeTable(widest=24)
        yield Static(id="preview", markup=False)

    def on_mount(self) -> None:
        """Shows the first rows, and previews."""
        table = self.query_one(SafeTable)
        table.fill([Column(name or "(no name)") for name in self._look.columns], self._look.rows)
        table.can_focus = False
        self.query_one("#fields").mount(Static(id="summary", markup=False), before=0)
        self._summarise(_clipped(in_chat(self._look.problem)) or f"Read by: {self._look.reader}.")
        if self._look.problem:
            # What has to be said first; the form itself would begin with what must not be empty.
            self.call_after_refresh(lambda: self.query(FieldRow).first().entry.focus())
        self.action_preview()

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        if self.is_mounted:
            self.action_preview()

    def values(self) -> dict[str, Any] | None:
        """The values as the tools take them, the mapped columns under ``columns``; None where one cannot be used."""
        found = super().values()
        if found is None:
            return None
        return _with_columns(found)

    def action_preview(self) -> None:
        """Reads the file as it would be taken in, and says what came of it."""
        found = {row.field.name: _value_or_none(row) for row in self.query(FieldRow)}
        typed = _with_columns({name: value for name, value in found.items() if value is not None})
        # Not as strict as it may be taken in: a preview shows what would be kept aside.
        reading, others = split(Reading, {**typed, "strict": False})
        described = {name: value for name, value in {**self._fixed, **others}.items() if name in _PREVIEWED}
        self._asked += 1
        asked = self._asked
        self._app.run_job(
            f"preview {self._path.name}", preview_screen, self._path, reading, **described, quiet=True,
            on_done=lambda preview: self._show(asked, preview),
            on_failed=lambda error: self._refused(asked, error),
        )  # fmt: skip

    def _show(self, asked: int, preview: ScreenPreview) -> None:
        if asked != self._asked or not self.is_mounted:
            return
        self.preview = preview
        kept = sum(one.rows for one in preview.kept_aside)
        hits = "" if preview.hits is None else f"; {preview.hits:,} hits by {preview.hit_rule}"
        self._summarise(
            f"{preview.reader}: {preview.rows_read:,} rows, {preview.effects:,} perturbations, {kept:,} rows kept"
            f" aside{hits}. More below the form."
        )
        text = self.query_one("#preview", Static)
        with laid_out(text.size.width or self.app.size.width - 8):
            text.update(shown(previewed(preview)))

    def _refused(self, asked: int, error: HitscoutError) -> None:
        if asked == self._asked and self.is_mounted:
            self.preview = None
            self._summarise(f"{_clipped(in_chat(error.message))} {_clipped(in_chat(error.suggestion))}")
            self.query_one("#preview", Static).update("")

    def _summarise(self, text: str) -> None:
        for summary in self.query("#summary").results(Static):
            summary.update(safe(text))


def _clipped(text: str) -> str:
    """A message that leaves room for the form: a file may have hundreds of columns to name."""
    return text if len(text) <= MESSAGE_LENGTH else f"{text[: MESSAGE_LENGTH - 1]}…"


def _value_or_none(row: FieldRow) -> Any:  # noqa: ANN401 – depends on the field
    try:
        return row.value()
    except ValueError:
        # A half-typed value does not keep the preview from showing the rest.
        return None


# Into the store ----------------------------------------------------------------------------------


def look_at_screen(app: HitscoutApp, path: Path, on_done: Callable[[AddedScreen], None]) -> None:
    """Shows the form that adds a screen from a file, and adds it when it is sent.

    Args:
        app: The app.
        path: The file.
        on_done: Called with what was added.
    """
    from tools.screens.ingestion.adding import add_screen, name_of

    def send(values: dict[str, Any], again: Callable[[HitscoutError], None]) -> None:
        screen, rest = split(ScreenDescription, values)
        reading, others = split(Reading, rest)
        app.run_job(f"add {path.name}", add_screen, path, screen, reading, **others, on_done=on_done, on_failed=again)

    _ask(app, path, screen_fields(name_of(path)), f"Add a screen: {path.name}", send, {})


def look_at_results(
    app: HitscoutApp, path: Path, overview: Overview, number: int, on_done: Callable[[Recorded], None]
) -> None:
    """Shows the form that records the results of a round, and records them when it is sent.

    Args:
        app: The app.
        path: The file.
        overview: The campaign.
        number: The round.
        on_done: Called with what was recorded.
    """
    from tools.campaigns.results.recording import campaign_record

    campaign = overview.shown
    if campaign is None:
        return
    question, name = campaign.campaign.question, overview.name

    def send(values: dict[str, Any], again: Callable[[HitscoutError], None]) -> None:
        reading, others = split(Reading, values)
        app.run_job(
            f"record round {number}", campaign_record, path, name, reading, round=number, **others, on_done=on_done,
            on_failed=again,
        )  # fmt: skip

    fixed = {"organism": question.organism, "modality": question.modality, "side": question.side}
    described = record_fields(question.positive_controls)
    _ask(app, path, described, f"Results of round {number} of {name}: {path.name}", send, fixed)


def _ask(
    app: HitscoutApp,
    path: Path,
    description: tuple[Field, ...],
    title: str,
    send: Callable[[dict[str, Any], Callable[[HitscoutError], None]], None],
    fixed: Mapping[str, Any],
) -> None:
    def form(look: FileLook, given: Mapping[str, Any] | None = None, error: str = "") -> None:
        def take(values: dict[str, Any] | None) -> None:
            if values is not None:
                send(values, lambda problem: form(look, _again(values), trouble_in_chat(problem)))

        dialog = FileForm(app, path, look, description, title=title, error=error, given=given, fixed=fixed)
        app.push_screen(dialog, take)

    app.run_job(f"look at {path.name}", _look, path, quiet=True, on_done=form)


def _look(workspace: Workspace, path: Path) -> FileLook:  # noqa: ARG001 – jobs give a workspace first
    return look_at_file(path)


def _with_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """A form's values with the columns that were chosen under ``columns``."""
    columns = {name: values.get(f"column_{name}") for name in MAPPED}
    others = {name: value for name, value in values.items() if not name.startswith("column_")}
    return {**others, "columns": {name: column for name, column in columns.items() if column}}


def _again(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the form takes them."""
    columns = values.get("columns", {})
    return {**values, **{f"column_{name}": columns.get(name, "") for name in MAPPED}}
