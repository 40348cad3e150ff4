"""A judge whose grades are written down, to see what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tools.grades.judge import Grade, Judgement, JudgeTask, JudgeUsage

Row = tuple[str, float, str, Sequence[str]]


class ScriptedJudge:
    """Gives the same rows to whatever it is asked, or those that a function of the task gives."""

    def __init__(
        self, rows: Sequence[Row] | Callable[[JudgeTask], Sequence[Row]], *, draws=1, price=0.0, budget=None
    ) -> None:
        self.name = "scripted:judge"
        self.budget = budget
        self._rows, self._draws, self._price = rows, draws, price
        self.tasks: list[JudgeTask] = []

    def estimate(self, task: JudgeTask) -> JudgeUsage:
        return JudgeUsage(1, 0, 1000, 100, self._price)

    def grade(self, task: JudgeTask) -> Judgement:
        self.tasks.append(task)
        rows = self._rows(task) if callable(self._rows) else self._rows
        grades = [Grade(n, g, reason, tuple(e), draw) for draw in range(self._draws) for n, g, reason, e in rows]
        return Judgement(tuple(grades), (), JudgeUsage(1, 0, 1000, 100, self._price))
