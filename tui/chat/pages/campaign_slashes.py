"""Slash commands with a campaign's verbs: what was typed becomes the campaign, and genes or a file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from db.errors import HitscoutError, InvalidValueError

if TYPE_CHECKING:
    from tools.campaigns.leading_campaign import Split
    from tools.workspace import Workspace
    from tui.chat.app import HitscoutApp

_REASONS = frozenset({"because", "since", "as", "reason", "reason:", "--reason"})
_PASSED_OVER = frozenset({"and", "&", "to", "--genes", "--out"})
"""Words between those that count."""


class Place(Protocol):
    """The page where a command was typed."""

    @property
    def hitscout(self) -> HitscoutApp:
        """The app."""

    def trouble(self, message: str, suggestion: str = "") -> None:
        """Says what cannot be done, and what would work."""

    def run_tool(self, title: str, tool: str, function: Callable[..., Any], arguments: dict[str, Any]) -> None:
        """Runs a tool, and shows its card."""


def exclude(page: Place, given: str) -> None:
    """``/exclude [CAMPAIGN] GENES because REASON``, or as the command line has it.

    Args:
        page: Where it was typed.
        given: What stood after the command.
    """
    try:
        words, reason = exclusion_parts(given)
    except HitscoutError as error:
        page.trouble(error.message, error.suggestion)
        return

    def go(name: str, genes: Sequence[str]) -> None:
        from tools.campaigns.start.exclusions import campaign_exclude

        if not genes:
            page.trouble(f"{name} is a campaign.", "/exclude [CAMPAIGN] GENES because …")
            return
        arguments = {"genes": list(genes), "reason": reason, **_named(page, name)}
        page.run_tool(f"exclude {', '.join(genes)}", "campaign_exclude", campaign_exclude, arguments)

    _split(page, _genes_split, words, go)


def export(page: Place, given: str) -> None:
    """``/export [CAMPAIGN] FILE``.

    Args:
        page: Where it was typed.
        given: What stood after the command.
    """
    words = typed_words(given)
    if not 1 <= len(words) <= 2:
        page.trouble("Name the file.", "/export round1.xlsx, or /export CAMPAIGN round1.xlsx")
        return

    def go(name: str, rest: Sequence[str]) -> None:
        from pathlib import Path

        from tools.campaigns.rounds.order_file import campaign_export

        if not rest:
            page.trouble(f"{name} is a campaign.", f"/export {name} round1.xlsx")
            return
        arguments = {"out": Path(rest[0]), **_named(page, name)}
        page.run_tool(f"export {rest[0]}", "campaign_export", campaign_export, arguments)

    _split(page, _file_split, words, go)


def explained(page: Place, given: str, tool: str) -> bool:
    """``/why CAMPAIGN GENE`` and ``/whynot CAMPAIGN GENE``; of a gene alone the assistant is asked.

    Args:
        page: Where it was typed.
        given: What stood after the command.
        tool: ``explain_prediction`` or ``why_not``.

    Returns:
        Whether a campaign and a gene were given.
    """
    words = typed_words(given)
    if len(words) != 2:
        return False

    def go(name: str, rest: Sequence[str]) -> None:
        from tools.campaigns.answers import explanation

        arguments = {"gene": rest[0], "campaign": name}
        page.run_tool(f"{rest[0]} in {name}", tool, getattr(explanation, tool), arguments)

    _split(page, _gene_split, words, go)
    return True


def typed_words(given: str) -> list[str]:
    """What was typed as words: in quotation marks one, without the mark of a completed name.

    Args:
        given: What stood after the command.
    """
    try:
        words = shlex.split(given)
    except ValueError:
        words = given.split()
    return [word.lstrip("@") for word in words if word.casefold() not in _PASSED_OVER]


def exclusion_parts(given: str) -> tuple[list[str], str]:
    """The words before the reason, and the reason.

    Args:
        given: What stood after the command.

    Raises:
        InvalidValueError: There is no reason, or nothing before it.
    """
    words = typed_words(given)
    at = next((n for n, word in enumerate(words) if word.casefold().split("=")[0] in _REASONS), 0)
    reason = " ".join([*words[at].split("=")[1:], *words[at + 1 :]]) if at else ""
    if not reason.strip():
        raise InvalidValueError("An exclusion needs genes and a reason.", "/exclude CD3E because it is toxic")
    return words[:at], reason.strip()


def _named(page: Place, name: str) -> dict[str, Any]:
    """The campaign that was typed, else the one in use; tools take the only open one where there is neither."""
    campaign = name or page.hitscout.campaign
    return {"name": campaign} if campaign else {}


def _split(
    page: Place, split: Callable[[Workspace, Sequence[str]], Split], words: Sequence[str],
    go: Callable[[str, Sequence[str]], None],
) -> None:  # fmt: skip
    page.hitscout.run_job(
        "campaign", split, words, on_done=lambda found: go(*found), quiet=True,
        on_failed=lambda error: page.trouble(error.message, error.suggestion),
    )  # fmt: skip


def _genes_split(workspace: Workspace, words: Sequence[str]) -> Split:
    from tools.campaigns.leading_campaign import campaign_and_genes

    name, genes = campaign_and_genes(workspace.store, words)
    return name, tuple(part.strip() for word in genes for part in word.split(",") if part.strip())


def _file_split(workspace: Workspace, words: Sequence[str]) -> Split:
    from tools.campaigns.leading_campaign import campaign_and_last

    return campaign_and_last(workspace.store, words, lambda word: "." in word)


def _gene_split(workspace: Workspace, words: Sequence[str]) -> Split:
    from tools.campaigns.chosen_campaign import pick_campaign

    return pick_campaign(workspace.store, words[0]).name, (words[1],)
