"""A form over a page: named fields, checked when it is sent, shown again with the error where something was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static

from db.clean_text import clean
from tui.chat.widgets.dialog import Dialog
from tui.chat.widgets.inputs import SafeInput
from tui.chat.widgets.text import safe

Kind = Literal["text", "whole", "number", "list", "pairs", "weights", "path", "choice", "flag"]


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        name: Name of the value.
        label: What stands before it.
        kind: What it takes: a text, a whole number, a number, names between commas, ``a=b`` between commas, ``a=0.5``
            between commas, a file, one of `choices`, or yes and no.
        value: What stands in it at first, as `read` would give it.
        help: A sentence on it, shown while it has the focus.
        choices: Value → label, for a choice; ``""`` for no choice.
        needed: Whether it must not be empty.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: Any = ""
    help: str = ""
    choices: Mapping[str, str] | None = None
    needed: bool = False

    def written(self) -> str:
        """Its first value as it stands in the field."""
        value = self.value
        if value is None:
            return ""
        if isinstance(value, Mapping):
            return ", ".join(
                f"{key}={one:g}" if isinstance(one, float) else f"{key}={one}" for key, one in value.items()
            )
        if isinstance(value, (list, tuple)):
            return ", ".join(map(str, value))
        return f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> Any:  # noqa: ANN401 – what it gives depends on its kind
        """The value that a text stands for.

        Args:
            text: What stands in the field.

        Raises:
            ValueError: The text is no such value; says why.
        """
        text = text.strip()
        if self.needed and not text:
            raise ValueError(f"{self.label} must be given.")
        if self.kind in ("whole", "number"):
            return _number(text, self.label, whole=self.kind == "whole")
        if self.kind == "list":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if self.kind in ("pairs", "weights"):
            pairs = _pairs(text, self.label)
            return pairs if self.kind == "pairs" else {key: _number(one, self.label) for key, one in pairs.items()}
        if self.kind == "path":
            return Path(text).expanduser() if text else None
        return text


def _number(text: str, label: str, *, whole: bool = False) -> float | int | None:
    if not text:
        return None
    try:
        return int(text.replace("_", "")) if whole else float(text)
    except ValueError:
        raise ValueError(f"{label}: {clean(text)!r} is no {'whole ' if whole else ''}number.") from None


def _pairs(text: str, label: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        if part.strip():
            key, equals, value = part.partition("=")
            if not equals or not key.strip() or not value.strip():
                raise ValueError(f"{label}: {clean(part.strip())!r} is not written name=value.")
            found[key.strip()] = value.strip()
    return found


class FieldRow(Horizontal):
    """A field with its label.

    Args:
        field: The field.
    """

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow > Static { width: 20; color: $text-muted; }
    FieldRow > SafeInput { width: 1fr; }
    FieldRow > Select { width: 1fr; }
    FieldRow > Checkbox { width: auto; }
    """

    def __init__(self, field: Field) -> None:
        super().__init__(id=f"row-{field.name}")
        self.field = field

    def compose(self) -> ComposeResult:
        """The label and what takes the value."""
        mark = "*" if self.field.needed else ""
        yield Static(safe(self.field.label + mark))
        yield self._entry()

    def _entry(self) -> Widget:
        field = self.field
        if field.kind == "flag":
            return Checkbox("", value=bool(field.value), compact=True)
        if field.kind == "choice":
            options = [(safe(label or "–"), value) for value, label in (field.choices or {}).items()]
            return Select(options, value=field.value, allow_blank=False, compact=True)
        return SafeInput(field.written())

    @property
    def entry(self) -> Widget:
        """What takes the value."""
        return self.children[1]

    def value(self) -> Any:  # noqa: ANN401 – depends on the field
        """The value that stands in the field.

        Raises:
            ValueError: It cannot be used; says why.
        """
        entry = self.entry
        if isinstance(entry, Checkbox):
            return bool(entry.value)
        if isinstance(entry, Select):
            if self.field.needed and not entry.value:
                raise ValueError(f"{self.field.label} must be chosen.")
            return entry.value
        return self.field.read(entry.value) if isinstance(entry, Input) else None

    def set_text(self, text: str) -> None:
        """Writes into the field, if it can be typed into.

        Args:
            text: The text.
        """
        if isinstance(self.entry, Input):
            self.entry.value = text


class FormDialog(Dialog[dict[str, Any]]):
    """A form; gives its values by name when it is sent (Ctrl-S).

    Args:
        title: What it is for.
        fields: Its fields, in order.
        send: What sending does, in a word or two.
        error: Why an earlier try did not work; may hold names from data.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", priority=True),
        Binding("ctrl+o", "pick", "Pick a file", priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]
    DEFAULT_CSS = """
    FormDialog #error { color: $text-error; }
    FormDialog #foot { dock: bottom; height: 3; background: $surface; border-top: solid $panel; }
    FormDialog #fields { height: auto; margin-bottom: 3; }
    """

    def __init__(self, title: str, fields: Sequence[Field], *, send: str = "send", error: str = "") -> None:
        super().__init__()
        self._heading, self._fields, self._send, self._error = title, tuple(fields), send, error

    def content(self) -> ComposeResult:
        """Heading, error, fields, help."""
        yield Static(safe(self._heading, "bold"))
        yield Static(safe(self._error), id="error")
        with Vertical(id="fields"):
            yield from (FieldRow(field) for field in self._fields)
        yield from self.more()
        yield Static(id="foot", markup=False)

    def more(self) -> ComposeResult:
        """Further widgets below the fields."""
        yield from ()

    def on_mount(self) -> None:
        """Puts the focus on the first field, and the first empty one that is needed before it."""
        self.query_one("#error").display = bool(self._error)
        rows = list(self.query(FieldRow))
        empty = next((row for row in rows if row.field.needed and not row.field.value), None)
        if rows:
            (empty or rows[0]).entry.focus()
        self._show_help(None)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Shows the help of the field that has the focus.

        Args:
            event: Textual's event.
        """
        row = next((one for one in event.widget.ancestors_with_self if isinstance(one, FieldRow)), None)
        self._show_help(row)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field.

        Args:
            event: Textual's event.
        """
        event.stop()
        self.focus_next()

    def values(self) -> dict[str, Any] | None:
        """The values by name; None where one cannot be used, which is shown then."""
        found = {}
        for row in self.query(FieldRow):
            try:
                found[row.field.name] = row.value()
            except ValueError as problem:
                self.show_problem(str(problem))
                row.entry.focus()
                return None
        return found

    def show_problem(self, text: str) -> None:
        """Shows why it cannot be sent.

        Args:
            text: Why; may hold names from data.
        """
        error = self.query_one("#error", Static)
        error.update(safe(text))
        error.display = bool(text)
        if text:
            error.scroll_visible(animate=False)

    def action_send(self) -> None:
        """Gives the values, if they can be used."""
        values = self.values()
        if values is not None:
            self.dismiss(values)

    def action_pick(self) -> None:
        """Picks a file into the field that has the focus."""
        from tui.chat.widgets.file_picker import FilePicker

        focused = self.focused
        row = next((one for one in focused.ancestors_with_self if isinstance(one, FieldRow)), None) if focused else None
        if row is None or row.field.kind not in ("path", "text") or not isinstance(row.entry, Input):
            return

        def put(path: Path | None) -> None:
            if path is not None:
                row.set_text(str(path))

        self.app.push_screen(FilePicker(f"A file for: {row.field.label}"), put)

    def _show_help(self, row: FieldRow | None) -> None:
        keys = f"Ctrl-S: {self._send}   Tab ↑ ↓: fields   Ctrl-O: a file   Esc: back"
        made = safe(row.field.help if row else "")
        self.query_one("#foot", Static).update(Text("\n").join([made, safe(keys, "dim")]))
