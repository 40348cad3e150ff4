"""Asking a language model many calls: kept by content, a few at once, within a bound of cost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from agent.judge.calls import GRADES, Answer, Cache, Call, Form, agent_for, ask, price_of
from agent.privacy.sharing import share_of, stays_here
from agent.settings import Share
from db.acts import act, option
from db.errors import HitscoutError, InvalidValueError
from tools.grades.judge import JudgeUsage
from tools.workspace import Progress

if TYPE_CHECKING:
    from types import TracebackType

    from pydantic_ai.models import Model

AT_ONCE, PROBES = 4, 2


@dataclass
class Asker:
    """Asks a language model calls of one form; those that were answered before come from the cache.

    Attributes:
        language_model: As `agent.providers.language_models.resolve` gives it.
        cache: Folder of kept replies.
        name: Who is asked, for reports.
        budget: The most that it may cost in US dollars; None for no bound.
        report: Called as calls are answered.
        share: What may leave the machine; what the language model's border allows where None.
        form: What kind of reply is asked for.
        gives: What is asked for, for messages.
        otherwise: What stands without it, as a sentence.
        before: Where there is no budget, called with what calls are estimated to take before the first of them; raises
            where nobody agrees.
        spent: What it took so far.
    """

    language_model: Model
    cache: Path
    name: str = ""
    budget: float | None = None
    report: Callable[[Progress], None] = lambda progress: None  # noqa: ARG005 – nobody listens
    share: Share | None = None
    form: Form = GRADES
    gives: str = "grades"
    otherwise: str = ""
    before: Callable[[JudgeUsage], None] | None = None
    spent: JudgeUsage = field(default_factory=JudgeUsage)

    def __post_init__(self) -> None:
        self.name = self.name or f"{self.language_model.system}:{self.language_model.model_name}"
        self._allowed: Share = self.share or share_of(self.language_model)
        self._agent = agent_for(self.language_model, self.form)
        self._kept = Cache(self.cache, self.name)
        self._loop = _Loop()
        self._under_way = 0.0

    def _price(self, call: Call) -> float | None:
        sent, received = call.tokens()
        return 0.0 if stays_here(self.language_model) else price_of(self.language_model, sent, received)

    def estimated(self, calls: Sequence[Call]) -> JudgeUsage:
        """What calls would take; nothing is sent.

        Args:
            calls: They.
        """
        total = JudgeUsage()
        for call in calls:
            if self._kept.get(call) is not None:
                total = total.plus(JudgeUsage(cached=1))
                continue
            total = total.plus(JudgeUsage(1, 0, *call.tokens(), self._price(call)))
        return total

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers of calls, in their order; what was answered is kept, however this ends.

        Args:
            calls: They.

        Raises:
            HitscoutError: The language model cannot be asked at all.
            InvalidValueError: The budget is spent, or nobody agreed to what it would take.
        """
        if self.before is not None and self.budget is None and (usage := self.estimated(calls)).requests:
            self.before(usage)
        return self._loop.run(self._answers(calls))

    def close(self) -> None:
        """Gives back what the calls held."""
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
        refused: list[InvalidValueError] = []

        async def one(number: int) -> None:
            async with gate:
                if refused:
                    return
                try:
                    found[number] = await self._ask(calls[number])
                except InvalidValueError as error:
                    # Calls that are under way are paid for: they are heard and kept before this is told.
                    refused.append(error)
                    return
                self._tell(len(found), len(calls))

        async with asyncio.TaskGroup() as group:
            for number in [number for number in waiting if number not in found]:
                group.create_task(one(number))
        if refused:
            raise refused[0]
        return [found[number] for number in range(len(calls))]

    async def _ask(self, call: Call) -> Answer:
        price = self._price(call) or 0.0
        if self.budget is not None:
            self._within(self.budget, price)
        self._under_way += price
        try:
            answer = await ask(self._agent, call)
        finally:
            self._under_way -= price
        if stays_here(self.language_model):
            answer = replace(answer, usage=replace(answer.usage, cost=0.0))
        self.spent = self.spent.plus(answer.usage)
        if not answer.failure:
            self._kept.put(call, answer.rows, answer.usage)
        return answer

    def _within(self, budget: float, price: float) -> None:
        """Refuses a call by which the bound may be passed, those that are under way counted."""
        spent = self.spent.cost or 0.0
        if spent + self._under_way + price > budget:
            raise InvalidValueError(
                f"{self.name} has cost ${spent:,.4f}, and the next call may take it to"
                f" ${spent + self._under_way + price:,.4f}, above the bound of ${budget:,.4f}.",
                f"Allow more with {option('max_cost')}; what was answered is kept, and the next run goes on from"
                " there.",
            )

    def _give_up(self, answer: Answer) -> None:
        raise HitscoutError(
            f"{self.name} gave no {self.gives}: {answer.failure.rstrip('.')}.",
            f"{self.otherwise}{act('diagnose')} looks at keys and servers.",
        )

    def _tell(self, done: int, total: int) -> None:
        try:
            self.report(
                Progress(f"{self.gives} by {self.name}", done, total, str(self.spent) if self.spent.requests else "")
            )
        except KeyboardInterrupt as interrupt:
            # Raised in a task, it would end the loop's thread and leave whoever waits for it waiting.
            raise _Stopped from interrupt


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
