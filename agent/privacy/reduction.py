"""Results as a level of sharing shows them: what is declared is kept, the rest is counted and named as withheld."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.privacy.summaries import EVERYTHING, Summary, summary_of
from agent.settings import SHARES, Share

WITHHELD = "withheld"
"""Key under which a reduced result says what it leaves out."""
MOST_NAMED = 40
NUMBER = re.compile(r"(?<![\w.])[+\-−]?\d[\d,]*(?:\.\d+)?(?:[eE][+\-−]?\d+)?%?")


@dataclass
class _Shown:
    """A tree of the keys that are shown: `whole` where all below is, `sentence` where it is without its numbers."""

    keys: dict[str, _Shown] = field(default_factory=dict)
    whole: bool = False
    sentence: bool = False


def reduced(plain: Any, level: Share, tool: str = "") -> Any:  # noqa: ANN401 – any JSON value
    """What a level shows of a tool's result, and what it withholds.

    Args:
        plain: The result as JSON values.
        level: ``rows`` shows all, ``nothing`` nothing; the others what `agent.privacy.summaries` declares.
        tool: Name of the tool that gave it.
    """
    if level == "rows":
        return plain
    summary = summary_of(tool)
    if level == "nothing":
        return {WITHHELD: _note(level, _declared(summary))}
    missing: dict[str, None] = {}
    counted = level == "summaries"
    shown = _kept(plain, _tree(summary, level), "", missing, counted=counted)
    later = _tree(summary, "summaries")
    by_level: dict[str, list[str]] = {}
    for path in missing:
        shown_from = "summaries" if level == "names" and _holds(later, path) else "rows"
        by_level.setdefault(shown_from, []).append(path)
    made = dict(shown) if isinstance(shown, Mapping) else {"items": shown}
    if by_level:
        made[WITHHELD] = _note(level, by_level)
    return made


def without_numbers(text: str, kept: frozenset[str] = frozenset()) -> str:
    """A sentence whose numbers are left out.

    Args:
        text: The sentence.
        kept: Numbers that stay, as they are written.
    """
    return NUMBER.sub(lambda match: match[0] if match[0] in kept else "…", text)


def without_decimals(text: str, kept: frozenset[str] = frozenset()) -> str:
    """A sentence whose measured numbers (fractions, powers of ten, percentages) are left out; counts stay.

    Args:
        text: The sentence.
        kept: Numbers that stay, as they are written.
    """
    return NUMBER.sub(lambda match: match[0] if match[0] in kept or not re.search(r"[.eE%]", match[0]) else "…", text)


def _tree(summary: Summary, level: Share) -> _Shown:
    root = _Shown()
    for path in summary.names.split():
        _plant(root, path, whole=True)
    if SHARES.index(level) >= SHARES.index("summaries"):
        for path in summary.figures.split():
            _plant(root, path, whole=True)
        for path in summary.sentences.split():
            _plant(root, path, whole=False)
    return root


def _plant(root: _Shown, path: str, *, whole: bool) -> None:
    node = root
    for key in path.split(".") if path != EVERYTHING else ():
        node = node.keys.setdefault(key, _Shown())
    node.whole, node.sentence = node.whole or whole, not whole


def _holds(root: _Shown, path: str) -> bool:
    """Whether a path, or all that lies above it, is shown by a tree."""
    node = root
    for key in path.split("."):
        if node.whole or node.sentence:
            return True
        if key not in node.keys:
            return False
        node = node.keys[key]
    return True


def _kept(value: Any, node: _Shown, path: str, missing: dict[str, None], *, counted: bool) -> Any:  # noqa: ANN401
    """What a tree shows of a value; what it does not show is entered in `missing`."""
    if node.whole:
        return value
    if node.sentence:
        return _said(value)
    if isinstance(value, list):
        if value and not isinstance(value[0], (list, Mapping)):
            return _picked(value, node, path, missing)
        return [_kept(item, node, path, missing, counted=counted) for item in value]
    if not isinstance(value, Mapping):
        return None
    made: dict[str, Any] = {}
    for key, one in value.items():
        below = f"{path}.{key}" if path else str(key)
        inner = node.keys.get(str(key))
        if inner is not None:
            made[key] = _kept(one, inner, below, missing, counted=counted)
            continue
        if one not in (None, "", [], {}) or not counted:
            missing[below] = None
        if counted and isinstance(one, list):
            made[key] = {"count": len(one)}
    return made


def _picked(value: list[Any], node: _Shown, path: str, missing: dict[str, None]) -> Any:  # noqa: ANN401
    """The places of a row that are shown: of a pair of name and number, the name."""
    places = [int(key) for key in node.keys if key.isdecimal()]
    for place in range(len(value)):
        if place not in places:
            missing[f"{path}.{place}"] = None
    found = [value[place] for place in places if place < len(value)]
    return found[0] if len(places) == 1 and found else found


def _said(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_said(one) for one in value]
    return without_decimals(value) if isinstance(value, str) else value


def _declared(summary: Summary) -> dict[str, list[str]]:
    """What each level would show; told of the result's kind alone, so that nothing is learnt from it."""
    every = {
        "names": summary.names.split(),
        "summaries": [*summary.figures.split(), *summary.sentences.split()],
        "rows": ["all"],
    }
    return {level: ["all" if one == EVERYTHING else one for one in paths] for level, paths in every.items() if paths}


def _note(level: Share, by_level: Mapping[str, list[str]]) -> dict[str, Any]:
    """What is withheld, and from which level on it is shown."""
    told = {
        shown_from: [*paths[:MOST_NAMED], *([f"and {len(paths) - MOST_NAMED} more"] if len(paths) > MOST_NAMED else [])]
        for shown_from, paths in by_level.items()
    }
    return {"at": level, "shown_from": told}
