"""The blind judge: a language model grades candidates from results and descriptions, and never sees their ranks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from agent.judge.calls import Answer, Cache, Call, agent_for, ask, price_of
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
from agent.privacy.sharing import share_of, stays_here
from agent.settings import Share
from db.acts import act, option
from db.campaigns.records import IgnoredName
from db.errors import HitscoutError, InvalidValueError
from tools.grades.judge import Grade, Judgement, JudgeTask, JudgeUsage
from tools.workspace import Progress

if TYPE_CHECKING:
    from types import TracebackType

    from pydantic_ai.models import Model

CHUNK = 40
"""Genes of one call: a reply of about 3,000 tokens."""
DRAWS = 2
AT_ONCE, PROBES = 4, 2
MOST_NOMINATIONS = 40

_GRADE = "Grade every gene of the list below, each exactly once."
_NOMINATE = (
    "Name up to {count} genes that you would grade 3 or 4 for this question, best first, each once, by approved"
    " symbol, and grade them. They must be genes of the organism, and none that was tested already. Cite text:SYMBOL"
    " as evidence."
)


@dataclass
class LanguageModelJudge:
    """Grades with a language model; implements `tools.grades.judge.Judge`.

    The same task, language model and seed make the same calls, and calls that were answered before come from the
    cache: an interrupted run goes on where it stopped.

    Attributes:
        language_model: As `agent.providers.language_models.resolve` gives it.
        cache: Folder of kept replies.
        name: Who judges, for reports.
        budget: The most that it may cost in US dollars; None for no bound.
        report: Called as calls are answered.
        share: What may leave the machine; what the language model's border allows where None.
        draws: How often each gene is graded, in another order each time.
        chunk: Genes of one call.
        spent: What it took so far.
    """

    language_model: Model
    cache: Path
    name: str = ""
    budget: float | None = None
    report: Callable[[Progress], None] = lambda progress: None  # noqa: ARG005 – nobody listens
    share: Share | None = None
    draws: int = DRAWS
    chunk: int = CHUNK
    spent: JudgeUsage = field(default_factory=JudgeUsage)

    def __post_init__(self) -> None:
        self.name = self.name or f"{self.language_model.system}:{self.language_model.model_name}"
        self._allowed: Share = self.share or share_of(self.language_model)
        self._agent = agent_for(self.language_model)
        self._kept = Cache(self.cache, self.name)
        self._loop = _Loop()

    def estimate(self, task: JudgeTask) -> JudgeUsage:
        """What judging a round would take; nothing is sent.

        Args:
            task: What would be asked.
        """
        total = JudgeUsage()
        for call in self._calls(task)[0]:
            if self._kept.get(call) is not None:
                total = total.plus(JudgeUsage(cached=1))
                continue
            sent, received = call.tokens()
            total = total.plus(JudgeUsage(1, 0, sent, received, price_of(self.language_model, sent, received)))
        return total

    def grade(self, task: JudgeTask) -> Judgement:
        """Grades of all candidates in every draw, and nominations; names that it made up are among them.

        Args:
            task: What is asked.

        Raises:
            HitscoutError: The language model cannot be asked at all.
            InvalidValueError: The budget is spent; what was answered is kept.
        """
        calls, mask = self._calls(task)
        answers = self._loop.run(self._answers(calls))
        usage = JudgeUsage()
        for answer in answers:
            usage = usage.plus(answer.usage)
        grades = [one for answer in answers for one in _grades(answer, mask)]
        return Judgement(tuple(grades), tuple(_complaints(answers)), usage)

    def close(self) -> None:
        """Gives back what the calls held."""
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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

    async def _answers(self, calls: Sequence[Call]) -> list[Answer]:
        found: dict[int, Answer] = {}
        for number, call in enumerate(calls):
            if (rows := self._kept.get(call)) is not None:
                found[number] = Answer(call, rows, JudgeUsage(cached=1))
        waiting = [number for number in range(len(calls)) if number not in found]
        self._tell(len(found), len(calls))
        # One after the other at first: a wrong key or a server that is down shows itself twice, not forty times.
        for number in waiting[:PROBES]:
            found[number] = await self._ask(calls[number])
            self._tell(len(found), len(calls))
            if not found[number].unreachable:
                break
        if found and all(one.unreachable for one in found.values()):
            self._give_up(next(iter(found.values())))
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                found[number] = await self._ask(calls[number])
                self._tell(len(found), len(calls))

        async with asyncio.TaskGroup() as group:
            for number in [number for number in waiting if number not in found]:
                group.create_task(one(number))
        return [found[number] for number in range(len(calls))]

    async def _ask(self, call: Call) -> Answer:
        if self.budget is not None and (self.spent.cost or 0.0) > self.budget:
            raise InvalidValueError(
                f"{self.name} has cost ${self.spent.cost:,.2f}, above the bound of ${self.budget:,.2f}.",
                f"Allow more with {option('max_cost')}; what was answered is kept, and the next run goes on from"
                " there.",
            )
        answer = await ask(self._agent, call)
        if stays_here(self.language_model):
            answer = replace(answer, usage=replace(answer.usage, cost=0.0))
        self.spent = self.spent.plus(answer.usage)
        if not answer.failure:
            self._kept.put(call, answer.rows, answer.usage)
        return answer

    def _give_up(self, answer: Answer) -> None:
        raise HitscoutError(
            f"{self.name} gave no grades: {answer.failure.rstrip('.')}.",
            f"The list without grades stands: {act('campaign_propose')}. {act('diagnose')} looks at keys and servers.",
        )

    def _tell(self, done: int, total: int) -> None:
        try:
            self.report(Progress(f"grades by {self.name}", done, total, str(self.spent) if self.spent.requests else ""))
        except KeyboardInterrupt as interrupt:
            # Raised in a task, it would end the loop's thread and leave whoever waits for it waiting.
            raise _Stopped from interrupt


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


class _Stopped(Exception):  # noqa: N818 - no error: somebody wanted it so
    """Whoever hears of progress asked to stop."""


class _Loop:
    """One event loop for all calls of a judge, because clients of providers belong to the loop they were used in.

    It runs in a thread of its own, so that a judge can be used inside a running loop too.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, list[Answer]]) -> list[Answer]:
        """Runs calls to their end; an interrupt cancels those that are under way.

        Args:
            work: The calls.
        """
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="judge", daemon=True)
            self._thread.start()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except _Stopped:
            raise KeyboardInterrupt from None
        except ExceptionGroup as group:
            # A task group wraps what its calls raised; the first one is what matters.
            first = group.exceptions[0]
            raise (KeyboardInterrupt if isinstance(first, _Stopped) else first) from None
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Ends the loop and its thread."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        if not self._thread.is_alive():
            self._loop.close()
        self._loop = self._thread = None
