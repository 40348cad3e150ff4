"""``hitscout ask``: one question to the assistant, with its tools and its transcript."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from db.clean_text import clean
from tui.cli import options
from tui.cli.frame import Session, command, session_of

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from agent.conversation import Approve, Decision
    from agent.events import ApprovalAsked, Event

Approval = Literal["ask", "all", "none"]


def ask(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="What you want to know or have done.")],
    *,
    campaign: Annotated[str, typer.Option(metavar="NAME", help="The campaign in use; without it, the only one.")] = "",
    language_model: Annotated[
        str,
        typer.Option("--model", metavar="NAME", help="offline, or PROVIDER:NAME; else $HITSCOUT_MODEL, else offline."),
    ] = "",
    approve: Annotated[
        Approval, typer.Option(help="Whether tools may write: ask each time (no without a terminal), all, or none.")
    ] = "ask",
    max_requests: Annotated[int | None, typer.Option(min=1, help="Requests to the language model at most.")] = None,
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
    resume: Annotated[str, typer.Option(metavar="ID", help="Carry a transcript on: its id, or last.")] = "",
    agree: options.Agree = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what tools draw at random.")] = 0,
) -> None:
    """Asks the assistant one question: it answers with the store's tools, and says what it used.

    Without a language model the offline assistant meets plain wishes with the same tools. Keys are read from the
    environment or a keyring. Tools that write wait for approval. All that is said is kept in a transcript.
    """
    from agent.assistant import Assistant
    from tui.layouts import assistant as layout

    text = " ".join(question).strip()
    if not text:
        raise typer.BadParameter("The question is empty.", param_hint="QUESTION")
    session = session_of(context)
    with session.workspace(seed) as workspace:
        assistant = Assistant(
            workspace, language_model=language_model, campaign=campaign,
            approve=_asking() if approve == "ask" else approve, share=share, resume=resume, agree=agree,
            seed=seed, on_event=lambda event: _narrate(session, event), max_requests=max_requests, max_cost=max_cost,
        )  # fmt: skip
        if dry_run:
            session.give(assistant.dry_run(text), layout.would_send)
            return
        _settle_consent(assistant, agreed=agree)
        answer = assistant.ask_sync(text)
    session.give(answer, layout.answered)


def _settle_consent(assistant: Assistant, *, agreed: bool) -> None:
    """Asks before something leaves the machine for the first time; without a terminal the assistant itself refuses."""
    missing = () if agreed else assistant.unagreed()
    if missing and sys.stdin.isatty() and sys.stderr.isatty():
        for sentence in missing:
            sys.stderr.write(clean(sentence) + "\n")
        if typer.confirm("Do you agree, now and later?", default=False, err=True):
            assistant.agree()


def _asking() -> Approve:
    """What asks a person before each writing tool; without a terminal the answer is no."""

    async def decide(asked: ApprovalAsked) -> Decision:
        from agent.conversation import Decision
        from tui.layouts.assistant import argument_lines

        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            reason = "Nobody could be asked for approval (no terminal; --approve all allows writing)."
            return Decision(approved=False, reason=reason)
        lines = [clean(f"{asked.tool}: {asked.effect}"), *argument_lines(asked.arguments)]
        sys.stderr.write("\n".join(lines) + "\n")
        allowed = await asyncio.to_thread(typer.confirm, "Allow it?", default=False, err=True)
        return Decision(approved=allowed)

    return decide


def _narrate(session: Session, event: Event) -> None:
    from agent.events import Mark, Notice, ToolFinished, ToolStarted

    if isinstance(event, ToolStarted):
        session.say(f"· {event.tool} …")
    elif isinstance(event, ToolFinished):
        mark = "done" if event.outcome == "done" else event.outcome
        session.say(f"· {event.tool}: {mark} in {event.seconds:.1f} s – {event.summary}")
    elif isinstance(event, Notice) and not isinstance(event, Mark):
        # Marks stand under the answer itself.
        session.say(event.text)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        'hitscout ask "Which genes next?" --campaign tcell',
        'hitscout ask "What do we know of VAV1?" --json',
        'hitscout ask "Propose the next round" --approve all --model anthropic:claude-sonnet-5-5 --max-cost 0.50',
        'hitscout ask "Compare the two IL-2 screens" --model openai:gpt-6-luna --share names --dry-run',
    ]
    command(app, "ask", ask, serves=[], examples=examples)
