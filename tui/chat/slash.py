"""Slash commands: short ways of asking, and of moving about; and what can be completed."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(r"(?:^|(?<=\s))(@\"?[^\s\"]*)$")
_MENTION = re.compile(r"(?:^|(?<=[\s(]))@(\"[^\"]+\"|[^\s,;:!?)]+)")
OFFERED = 8
"""Completions that are offered at most."""


@dataclass(frozen=True)
class Slash:
    """One command.

    Attributes:
        typed: What is typed, with the slash.
        takes: What it takes, for the help; in brackets where it can be left out.
        does: One sentence.
        question: What it asks, with ``{}`` for what it was given; empty where it is no question.
        bare: What it asks where nothing was given; empty where that is not enough.
        handler: Part of the name of the page's own method for it; the command's name where empty.
    """

    typed: str
    takes: str
    does: str
    question: str = ""
    bare: str = ""
    handler: str = ""

    @property
    def name(self) -> str:
        """What is typed, without the slash."""
        return self.typed[1:]


COMMANDS = (
    Slash("/propose", "[N]", "Proposes a round.", "Propose the next round of {} genes.", "Propose the next round."),
    Slash("/gene", "SYMBOL", "Shows what is known of a gene.", "What do we know of the gene {}?"),
    Slash("/why", "[CAMPAIGN] GENE", "Explains a gene's prediction.", "Why {}?"),
    Slash("/whynot", "[CAMPAIGN] GENE", "Says why a gene was not nominated.", "Why not {}?"),
    Slash("/similar", "GENE", "Lists genes that behave alike.", "Which genes are similar to {}?"),
    Slash(
        "/enrich", "[SCREEN]", "Lists gene sets that hits crowd into.",
        'Which gene sets are enriched among the hits of "{}"?', "Which gene sets are enriched among the hits?",
    ),
    Slash("/screens", "[SCREEN]", "Lists the screens, or shows one.", 'Show screen "{}".', "Which screens are there?"),
    Slash("/papers", "WORDS", "Looks for papers.", "Which papers are there on {}?"),
    Slash("/evidence", "ID", "Opens what a reason rests on.", "Open the evidence {}"),
    Slash("/sql", "SELECT …", "Runs one reading statement.", "{}"),
    Slash(
        "/review", "", "Says how the rounds did, and whether another is worth it.", "",
        "How did the last round do? Is another round worth it?",
    ),
    Slash("/exclude", "[CAMPAIGN] GENES because …", "Takes genes out, with a reason."),
    Slash("/grade", "[GENE 0–4 REASON]", "Writes your grade; alone, lets the language model grade."),
    Slash("/confirm", "", "Confirms the open round.", "", "Confirm the round."),
    Slash("/export", "[CAMPAIGN] FILE", "Writes the round to a file."),
    Slash("/start", "NAME PHENOTYPE", "Starts a campaign."),
    Slash("/campaign", "[NAME]", "Shows the campaign, or makes another one the one in use."),
    Slash("/shortlist", "", "Shows the shortlist."),
    Slash("/store", "", "Shows screens and packs, and takes in files."),
    Slash("/cells", "", "Shows the store's cells, their labels, and a picture of them."),
    Slash("/demo", "", "Fetches public data to begin with."),
    Slash("/model", "[NAME]", "Says who answers, or asks another language model.", handler="language_model"),
    Slash("/resume", "[ID]", "Carries an earlier conversation on."),
    Slash("/new", "", "Begins a new conversation."),
    Slash("/clear", "", "Clears the page and begins a new conversation; the old one is kept."),
    Slash("/copy", "[N]", "Copies the newest answer, or the Nth from the end."),
    Slash("/theme", "[light|dark]", "Changes the colours."),
    Slash("/help", "", "Shows commands and keys."),
    Slash("/quit", "", "Leaves; nothing is lost."),
)  # fmt: skip
"""All commands, in the order of the help."""

BY_NAME = {one.name: one for one in COMMANDS}


@dataclass(frozen=True)
class Names:
    """What ``@`` completes.

    Attributes:
        genes: Symbols, sorted by their folded letters.
        screens: Names of screens.
        campaigns: Names of campaigns.
    """

    genes: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    _folded: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, genes: Sequence[str], screens: Sequence[str], campaigns: Sequence[str]) -> Names:
        """Names, made ready to be looked up.

        Args:
            genes: Symbols in any order.
            screens: Names of screens.
            campaigns: Names of campaigns.
        """
        ordered = sorted(set(genes), key=str.casefold)
        return cls(tuple(ordered), tuple(screens), tuple(campaigns), tuple(one.casefold() for one in ordered))

    def beginning(self, text: str, limit: int = OFFERED) -> list[tuple[str, str]]:
        """Names that begin so, each with what it names: campaigns and screens first, then genes.

        Args:
            text: How they begin; screens and campaigns may also hold it.
            limit: How many at most.
        """
        folded = text.casefold()
        named = [(name, "campaign") for name in self.campaigns] + [(name, "screen") for name in self.screens]
        found = [pair for pair in named if pair[0].casefold().startswith(folded)]
        found += [pair for pair in named if folded and folded in pair[0].casefold() and pair not in found]
        if folded:
            begin = bisect.bisect_left(self._folded, folded)
            genes = [
                (self.genes[i], "gene")
                for i in range(begin, min(begin + limit, len(self.genes)))
                if self._folded[i].startswith(folded)
            ]
            # Half of the places are the genes', whose names are shorter and typed more often.
            found = found[: max(limit - len(genes), limit // 2)] + genes
        return found[:limit]


@dataclass(frozen=True)
class Offer:
    """One completion.

    Attributes:
        shown: What is offered.
        about: A few words on it.
        text: The whole text of the prompt up to the cursor, if it is taken.
    """

    shown: str
    about: str
    text: str


def offers(before: str, names: Names) -> list[Offer]:
    """What can be completed.

    Args:
        before: The text of the prompt up to the cursor.
        names: What ``@`` completes.
    """
    if before.startswith("/") and " " not in before and "\n" not in before:
        wanted = before[1:].casefold()
        found = [one for one in COMMANDS if one.name.startswith(wanted)]
        exact = [one for one in found if one.name == wanted]
        return [
            Offer(f"/{one.name} {one.takes}".strip(), one.does, f"/{one.name} ")
            for one in [*exact, *(o for o in found if o not in exact)]
        ]
    token = _TOKEN.search(before)
    if token is None:
        return []
    head = before[: token.start(1)]
    found_names = names.beginning(token[1][1:].lstrip('"'))
    return [Offer(name, kind, f"{head}@{quoted(name)} ") for name, kind in found_names]


def quoted(name: str) -> str:
    """A name as ``@`` writes it: in quotation marks where it is not one word.

    Args:
        name: Name of a gene, a screen or a campaign.
    """
    return f'"{name}"' if re.search(r"[\s,;:!?)]", name) else name


def without_marks(text: str, names: Names) -> str:
    """A question in which ``@NAME`` of a known name is the name alone; names of several words keep their marks.

    Args:
        text: What was typed.
        names: The known names.
    """
    genes = set(names.genes)
    others = {*names.screens, *names.campaigns}

    def plain(match: re.Match[str]) -> str:
        name = match[1].strip('"')
        bare = name.rstrip(".")
        if name in others or bare in others:
            return f'"{name}"'
        return match[1] if name in genes or bare in genes else match[0]

    return _MENTION.sub(plain, text)


def question_of(command: Slash, given: str) -> str:
    """What a command asks; empty where it needs more than it was given, or is no question.

    Args:
        command: The command.
        given: What stood after it.
    """
    if given and command.question:
        return command.question.format(given.strip('"') if '"{}"' in command.question else given)
    return "" if given and not command.bare else command.bare


def named(text: str) -> tuple[str, str]:
    """Name and rest of a slash command; the name is empty where the text is none.

    Args:
        text: What was typed.
    """
    match = re.match(r"^/(\S*)(?:\s+(.*))?$", text.strip(), re.DOTALL)
    return (match[1], (match[2] or "").strip()) if match else ("", "")
