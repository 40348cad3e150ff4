"""The blind judge: a language model grades candidates from results and descriptions, and never sees their ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.judge.asking import Asker
from agent.judge.calls import Answer, Call
from agent.judge.material import (
    Knowledge,
    Mask,
    draw_order,
    fence,
    gene_json,
    knowledge_of,
    question_json,
    results_json,
)
from db.acts import act
from db.campaigns.records import IgnoredName
from tools.grades.judge import Grade, Judgement, JudgeTask, JudgeUsage

CHUNK = 40
"""Genes of one call: a reply of about 3,000 tokens."""
DRAWS = 2
MOST_NOMINATIONS = 40

_GRADE = "Grade every gene of the list below, each exactly once."
_NOMINATE = (
    "Name up to {count} genes that you would grade 3 or 4 for this question, best first, each once, by approved"
    " symbol, and grade them. They must be genes of the organism, and none that was tested already. Cite text:SYMBOL"
    " as evidence."
)


@dataclass
class LanguageModelJudge(Asker):
    """Grades with a language model; implements `tools.grades.judge.Judge`.

    The same task, language model and seed make the same calls, and calls that were answered before come from the
    cache: an interrupted run goes on where it stopped.

    Attributes:
        draws: How often each gene is graded, in another order each time.
        chunk: Genes of one call.
    """

    draws: int = DRAWS
    chunk: int = CHUNK

    def __post_init__(self) -> None:
        super().__post_init__()
        self.otherwise = f"The list without grades stands: {act('campaign_propose')}. "

    def estimate(self, task: JudgeTask) -> JudgeUsage:
        """What judging a round would take; nothing is sent.

        Args:
            task: What would be asked.
        """
        return self.estimated(self._calls(task)[0])

    def grade(self, task: JudgeTask) -> Judgement:
        """Grades of all candidates in every draw, and nominations; names that it made up are among them.

        Args:
            task: What is asked.

        Raises:
            HitscoutError: The language model cannot be asked at all.
            InvalidValueError: The budget is spent; what was answered is kept.
        """
        calls, mask = self._calls(task)
        answers = self.answers(calls)
        usage = JudgeUsage()
        for answer in answers:
            usage = usage.plus(answer.usage)
        grades = [one for answer in answers for one in _grades(answer, mask)]
        return Judgement(tuple(grades), tuple(_complaints(answers)), usage)

    def _calls(self, task: JudgeTask) -> tuple[list[Call], Mask]:
        knowledge = knowledge_of(task.view, task.question.organism)
        mask = Mask.of(task, knowledge)
        head = {"question": question_json(task), "results_so_far": results_json(task, mask, self._allowed)}
        calls = []
        for draw in range(self.draws):
            order = draw_order(task.candidates, task.seed, draw)
            for start in range(0, len(order), self.chunk):
                part = order[start : start + self.chunk]
                genes = [self._gene(name, knowledge, mask) for name in part]
                label = f"draw {draw + 1}, genes {start + 1} to {start + len(part)}"
                calls.append(Call(label, _prompt(_GRADE, head | {"genes": genes}), draw, len(part)))
            count = min(task.nominations, MOST_NOMINATIONS)
            if count and not task.masked:
                asked = _prompt(_NOMINATE.format(count=count), head)
                # Draws of their own: a gene may be nominated and stand on the list too.
                calls.append(Call(f"draw {draw + 1}, nominations", asked, self.draws + draw, count))
        return calls, mask

    def _gene(self, name: str, knowledge: Knowledge, mask: Mask) -> dict[str, Any]:
        return gene_json(name, knowledge, mask, self._allowed)


def _prompt(asked: str, material: dict[str, Any]) -> str:
    return f"{asked}\n\n<material>\n{fence(material)}\n</material>"


def _grades(answer: Answer, mask: Mask) -> list[Grade]:
    real = mask.unmask()
    found = []
    for row in answer.rows:
        # Where names are masked, a name in place of a code was remembered or made up: it stays as it is and is refused.
        name = real.get(row.gene.strip(), f"{row.gene.strip()} (no code)") if mask.code_of else row.gene.strip()
        evidence = () if mask.code_of else tuple(one.strip() for one in row.evidence if one.strip())
        found.append(Grade(name, row.grade, row.reason, evidence, answer.call.draw))
    return found


def _complaints(answers: Sequence[Answer]) -> list[IgnoredName]:
    """Calls without an answer, and calls that left genes out."""
    said = []
    for one in answers:
        if one.failure:
            said.append(IgnoredName(one.call.label, f"no reply: {one.failure}", "grades"))
        elif len({row.gene for row in one.rows}) < one.call.rows and "nominations" not in one.call.label:
            left = one.call.rows - len({row.gene for row in one.rows})
            said.append(IgnoredName(one.call.label, f"{left} genes have no grade in the reply", "grades"))
    return said
