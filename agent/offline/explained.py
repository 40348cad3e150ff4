"""What the offline assistant says of an explained response."""

from __future__ import annotations

from typing import Any

from agent.offline.phrases import closing
from agent.offline.tables import number, records_in


def explained(value: Any) -> str:  # noqa: ANN401
    """Why a readout gene should respond to a perturbation: verdicts, their reasons, and what is known of both genes.

    Args:
        value: What `explain_response` gave.
    """
    lines = []
    for one in records_in(value.get("verdicts")):
        share = "" if one.get("share") is None else f" ({number(one['share'])})"
        lines.append(f"**{one.get('question')}** {one.get('verdict')}{share}, by {one.get('by')}")
        lines += [f"- {draw.get('reason')}" for draw in records_in(one.get("draws"))]
        lines.append("")
    for one in records_in(value.get("summaries")):
        lines += [f"{one.get('downstream')}", ""]
    predicted = value.get("predicted", {})
    lines.append(
        f"The predictor, apart from this: responds {number(predicted.get('probability_de'))}, then up"
        f" {number(predicted.get('probability_up'))}."
    )
    return closing("\n".join([*lines, *(f"- {one}" for one in value.get("notes", []))]))
