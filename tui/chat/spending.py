"""What a conversation has used, over all its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.events import Used


class Spending:
    """Adds up what runs use; the run that goes on counts as far as it has come."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int, float | None]] = []
        self._now: tuple[int, int, float | None] | None = None

    def take(self, used: Used) -> None:
        """What the present run has used so far.

        Args:
            used: As the run tells it.
        """
        self._now = (used.tool_calls, used.input_tokens + used.output_tokens, used.cost)

    def end_run(self) -> None:
        """The present run is over."""
        if self._now is not None:
            self._runs.append(self._now)
            self._now = None

    def restore(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Takes up what an earlier conversation used.

        Args:
            lines: Of its transcript.
        """
        for line in lines:
            if line["kind"] == "usage":
                tokens = int(line.get("input_tokens") or 0) + int(line.get("output_tokens") or 0)
                self._runs.append((int(line.get("tool_calls") or 0), tokens, line.get("cost")))

    def parts(self) -> list[str]:
        """Cost, tokens and tool calls in a few words; nothing before the first run."""
        runs = [*self._runs, *([self._now] if self._now else [])]
        if not runs:
            return []
        calls = sum(one[0] for one in runs)
        known = sum(one[2] or 0.0 for one in runs)
        unpriced = sum(one[1] for one in runs if one[2] is None)
        said = [f"${known:.4f}"] if known else ([] if unpriced else ["no cost"])
        if unpriced:
            said.append(f"{unpriced:,} tokens (price not known)")
        return [*said, f"{calls} tool call{'' if calls == 1 else 's'}"]
