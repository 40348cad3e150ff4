"""How an explained response is told in a card of the chat: its verdicts in sight, and texts, reasons and rows below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.layouts.format import Column, cell, share
from tui.layouts.result_tables import ResultTable, ResultText, mappings

OUTCOMES = {"de": ("no response", "responds"), "dir": ("down", "up")}
"""Task → what a row that is not positive shows, and what one that is."""


def verdict_lines(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The verdicts, a line each, with who gave them, and the predictor's figure apart.

    Args:
        value: An explained response as JSON values.
    """
    said = [
        f"{one.get('question')} {one.get('verdict')}{_of(one.get('share'))}, by {one.get('by')}"
        for one in mappings(value.get("verdicts"))
    ]
    predicted = value.get("predicted")
    if said and isinstance(predicted, Mapping) and "probability_de" in predicted:
        said.append(
            f"The predictor, apart from this: responds {_share(predicted.get('probability_de'))}, then up"
            f" {_share(predicted.get('probability_up'))}."
        )
    return tuple(said)


def parts(value: Mapping[str, Any]) -> list[ResultTable | ResultText]:
    """Texts on the genes, the reasons of all draws, and the rows that they look at, each once.

    Args:
        value: An explained response as JSON values; what was left out of it is not shown.
    """
    verdicts = mappings(value.get("verdicts"))
    draws = [(one, number, draw) for one in verdicts for number, draw in enumerate(mappings(one.get("draws")), 1)]
    made: list[ResultTable | ResultText] = [
        ResultText(_title(one), tuple(_texts(one))) for one in mappings(value.get("summaries"))
    ]
    for one in verdicts:
        said = [_reason(number, draw) for verdict, number, draw in draws if verdict is one]
        made.append(ResultText(str(one.get("question", "")), tuple(said)))
    made += [_rows(draws), ResultText("notes", tuple(map(str, value.get("notes") or ())))]
    return [one for one in made if (one.rows if isinstance(one, ResultTable) else one.lines)]


def _title(summary: Mapping[str, Any]) -> str:
    day = summary.get("written_at")
    return f"{summary.get('gene')}, by {summary.get('by')}" + (f" on {day}" if day else "")


def _texts(summary: Mapping[str, Any]) -> list[str]:
    """Both texts, or one where they are the same."""
    return list(dict.fromkeys(str(summary[side]) for side in ("downstream", "upstream") if summary.get(side)))


def _reason(number: int, draw: Mapping[str, Any]) -> str:
    invented = ", ".join(map(str, draw.get("invented") or ()))
    marked = f" It cites {invented}, which was not given, and does not count." if invented else ""
    return f"Draw {number}: {draw.get('verdict')}. {draw.get('reason', '')}{marked}"


def _rows(draws: list[tuple[Mapping[str, Any], int, Mapping[str, Any]]]) -> ResultTable:
    seen: dict[tuple[Any, Any], tuple[Mapping[str, Any], list[int]]] = {}
    for verdict, number, draw in draws:
        for row in mappings(draw.get("rows")):
            seen.setdefault((verdict.get("task"), row.get("evidence")), (row, []))[1].append(number)
    rows = [
        (task, row.get("weight"), row.get("perturbation"), row.get("readout"), _outcome(task, row),
         ", ".join(map(str, numbers)), evidence)
        for (task, evidence), (row, numbers) in seen.items()
    ]  # fmt: skip
    columns = (
        Column("about"), Column("closeness", right=True), Column("perturbation"), Column("readout"),
        Column("measured"), Column("draws"), Column("evidence"),
    )  # fmt: skip
    return ResultTable("rows", columns, tuple(sorted(rows, key=lambda one: (str(one[0]), -float(one[1] or 0)))))


def _outcome(task: Any, row: Mapping[str, Any]) -> str:  # noqa: ANN401 – a JSON value
    return OUTCOMES[task][bool(row["positive"])] if task in OUTCOMES and "positive" in row else ""


def _share(value: Any) -> str:  # noqa: ANN401
    return share(value) if isinstance(value, (int, float)) else cell(value)


def _of(value: Any) -> str:  # noqa: ANN401
    return f" ({_share(value)})" if value is not None else ""
