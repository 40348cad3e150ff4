"""Fields to type into, which never hold what a terminal would act on."""

from __future__ import annotations

from textual.widgets import Input

from db.clean_text import clean


class SafeInput(Input):
    """One line to type into; pasted control, bidi and zero-width characters fall away.

    Args:
        value: What stands in it; may come from data.
        placeholder: What is shown while it is empty; ours.
        id: Id of the widget.
        classes: Classes of the widget.
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(clean(value), placeholder=placeholder, id=id, classes=classes, compact=True)

    def validate_value(self, value: str) -> str:
        """The cleaned text.

        Args:
            value: What was typed, pasted or set.
        """
        return clean(value)
