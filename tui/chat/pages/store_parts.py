"""How the store page words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from tools.packs.catalogue import PackSummary, list_packs
from tools.screens.listing import ListedScreen, screen_list
from tools.workspace import Workspace
from tui.chat.widgets.text import safe
from tui.layouts.format import Column, fields, line

MARK = "✓"
SCREEN_COLUMNS = (
    Column("screen"), Column("phenotype"), Column("genes", right=True), Column("hits", right=True), Column("rule"),
    Column("side"), Column("in the file, + means"), Column("study"), Column("cell type"), Column("modality"),
)  # fmt: skip
PACK_COLUMNS = (
    Column(MARK), Column("pack"), Column("in store"), Column("MB", right=True), Column("what"), Column("group"),
    Column("commercial"), Column("terms"),
)  # fmt: skip


@dataclass(frozen=True)
class Contents:
    """What the store page shows.

    Attributes:
        path: The store's file.
        screens: Its screens.
        packs: The catalogue, with what is here.
    """

    path: str
    screens: tuple[ListedScreen, ...]
    packs: tuple[PackSummary, ...]


def read_contents(workspace: Workspace) -> Contents:
    """Reads screens and packs; the store need not exist.

    Args:
        workspace: The workspace.
    """
    screens = screen_list(workspace) if workspace.store.exists() else ()
    return Contents(str(workspace.store.path), screens, list_packs(workspace))


def head(contents: Contents) -> Text:
    """The store in one line.

    Args:
        contents: What it holds.
    """
    there = sum(pack.in_store for pack in contents.packs)
    made = safe(contents.path, "bold")
    return made.append(f"  {len(contents.screens):,} screens, {there} of {len(contents.packs)} packs in it")


def nothing(contents: Contents) -> Text:
    """What to do with an empty store; empty where it is not.

    Args:
        contents: What it holds.
    """
    if contents.screens or any(pack.in_store for pack in contents.packs):
        return Text()
    wanted = [pack for pack in contents.packs if pack.default]
    size = sum(pack.megabytes for pack in wanted)
    return safe(f"The store is empty. F fetches the {len(wanted)} packs that all else rests on ({size:,.0f} MB).")


def screen_rows(screens: Sequence[ListedScreen]) -> list[tuple[Any, ...]]:
    """Rows of the table of screens.

    Args:
        screens: The screens.
    """
    return [
        (
            one.screen.name, one.screen.phenotype, one.perturbations, one.hits, rule_of(one.screen.hit_rule),
            one.screen.side, one.positive_means, one.screen.study, one.screen.cell_type, one.screen.modality,
        )
        for one in screens
    ]  # fmt: skip


def rule_of(rule: str) -> str:
    """A hit rule in a few columns: the hash of a published list says nothing to a reader.

    Args:
        rule: The rule.
    """
    return "published list" if rule.startswith("list:") else rule


def pack_rows(packs: Sequence[PackSummary], marked: set[str]) -> list[tuple[Any, ...]]:
    """Rows of the table of packs.

    Args:
        packs: The catalogue.
        marked: Names of those that are to be fetched.
    """
    return [
        (Text(MARK if one.name in marked else " "), one.name, "yes" if one.in_store else "here" if one.fetched else "",
         one.megabytes, one.title, one.group, one.commercial, one.licence)
        for one in packs
    ]  # fmt: skip


def pack_page(pack: PackSummary) -> list[RenderableType]:
    """A pack with its terms.

    Args:
        pack: The pack.
    """
    about = {
        "what": pack.title,
        "group": pack.group,
        "download": f"{pack.megabytes:,g} MB",
        "fetched": pack.fetched,
        "in the store": pack.in_store,
        "fetched unless told otherwise": pack.default,
        "terms": pack.licence,
        "commercial use": "allowed" if pack.commercial else "not allowed",
        "cite": pack.citation,
    }
    return [line(pack.name, "bold"), fields(about)]


def terms(packs: Sequence[PackSummary]) -> list[str]:
    """What is said before packs are fetched whose terms forbid commercial use.

    Args:
        packs: Those packs.
    """
    said = [f"{pack.name}: {pack.licence}" for pack in packs]
    return [*said, "These terms forbid commercial use. Fetch them only if yours is allowed."]
