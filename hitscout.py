"""The public face of hitscout: what a script imports."""

from __future__ import annotations


def main() -> None:
    """Runs the command line."""
    from tui.cli import run

    run()
