"""How often each thing is tried: a tenth in the ordinary suite, all of it in the slow one; and the figures it gives."""

from __future__ import annotations

import pytest


@pytest.fixture
def figure(capsys):
    """Prints a figure as it goes into docs/reliability.md."""

    def show(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}")  # noqa: T201

    return show
