"""How an explained response is told in a card of the chat: its verdicts in sight, and texts, reasons and rows below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.layouts.format import Column, cell, share
from tui.layouts.result_tables import ResultTable, mappings

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


def tables(value: Mapping[str, Any]) -> list[ResultTable]:
    """Verdicts, texts on the genes, the reasons of all draws, and the rows that they look at, each once.

    Args:
        value: An explained response as JSON values; what was left out of it is not shown.
    """
    verdicts = mappings(value.get("verdicts"))
    draws = [(one, number, draw) for one in verdicts for number, draw in enumerate(mappings(one.get("draws")), 1)]
    made = [
        ResultTable(
            "verdicts",
            (Column("question", running=True), Column("verdict"), Column("share", right=True), Column("by")),
            tuple(tuple(one.get(key) for key in ("question", "verdict", "share", "by")) for one in verdicts),
        ),
        ResultTable(
            "texts",
            (Column("gene"), Column("by"), Column("what its perturbation does", running=True),
             Column("what changes its level", running=True)),
            tuple(
                tuple(one.get(key) for key in ("gene", "by", "downstream", "upstream"))
                for one in mappings(value.get("summaries"))
            ),
        ),
        ResultTable(
            "draws",
            (Column("about"), Column("draw", right=True), Column("verdict"), Column("reason", running=True),
             Column("cites what is not there")),
            tuple(
                (
                    one.get("task"), number, draw.get("verdict"), draw.get("reason"),
                    ", ".join(map(str, draw.get("invented") or ())),
                )
                for one, number, draw in draws
            ),
        ),
        _rows(draws),
        ResultTable("notes", (Column("note", running=True),), tuple((one,) for one in value.get("notes") or ())),
    ]  # fmt: skip
    return [one for one in made if one.rows]


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
