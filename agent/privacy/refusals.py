"""Refusals as an assistant reads them: what was wrong, and where, without what files and the store hold.

A message for a person may quote a cell, a header or a row. A language model is told the same sentence with everything
left out that is neither in its own call nor in our own wording. What is ours is known by looking: the words of the
source files that the error passed through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from agent.privacy.folders import without_folders
from agent.privacy.own_numbers import is_own, own_numbers
from agent.privacy.reduction import NUMBER, without_decimals
from agent.settings import Share
from db.errors import HitscoutError, QueryError

UNFORESEEN = "The tool met an error that it should have foreseen"
_ROOT = Path(__file__).parents[2]
_ALWAYS = tuple(_ROOT / name for name in ("db/errors.py", "db/acts.py", "db/records.py"))
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+\b|[^\W_](?:[\w.+-]*\w)?|_\w+")
_WORD = re.compile(r"[^\W\d]\w*")
_COUNTED = re.compile(r"\b(?:rows?|lines?|columns?|sheets?|characters?|first|last|of|than)\s+$", re.IGNORECASE)
_COUNTS = re.compile(
    r"^\s+(?:of\b|rows?\b|lines?\b|columns?\b|names?\b|genes?\b|perturbations?\b|candidates?\b|bytes?\b|characters?\b)"
)
_MASKS = re.compile(r"…(?:[\s,;'\"]*…)+")
_FILE_ARGUMENTS = frozenset({"measured", "library", "background", "replicate_files"})
"""Arguments of words that may name a file, beside those that are paths."""


def told(error: BaseException, arguments: Mapping[str, Any], level: Share, known: Iterable[Path] = ()) -> str:
    """What an assistant is told of an error.

    Args:
        error: What a tool raised.
        arguments: What the tool was given.
        level: What of the store the assistant may see.
        known: Folders that are taken out as they are.
    """
    if not isinstance(error, HitscoutError):
        return f"{UNFORESEEN} ({type(error).__name__}); its words are shown to the person."
    if names_a_file(arguments):
        text = _own_words(error, arguments)
    elif level == "rows":
        text = str(error)
    elif isinstance(error, QueryError):
        text = f"{error.brief or error.message} {error.suggestion}".strip()
    else:
        text = without_decimals(str(error), frozenset(_TOKEN.findall(" ".join(_texts(arguments)))) | _ours(error))
    return without_folders(text, known)


def names_a_file(arguments: Mapping[str, Any]) -> bool:
    """Whether a call reads or writes a file.

    Args:
        arguments: What the tool is given, of the types that it takes.
    """
    for name, value in arguments.items():
        if isinstance(value, Path) or (name in _FILE_ARGUMENTS and isinstance(value, str) and _is_path(value)):
            return True
        if isinstance(value, (list, tuple)) and any(isinstance(one, Path) for one in value):
            return True
    return False


def _is_path(value: str) -> bool:
    try:
        return "/" in value or "\\" in value or bool(Path(value).suffix) or Path(value).exists()
    except (OSError, ValueError):
        return True


def _own_words(error: HitscoutError, arguments: Mapping[str, Any]) -> str:
    """The message in our words and the call's; whatever else stands in it may be out of a file."""
    given = {word.casefold() for text in _texts(arguments) for word in _TOKEN.findall(text)}
    ours = _names_of_readers().union(*(_words_of(path) for path in {*_ALWAYS, *_passed(error.__traceback__)}))
    text, own = str(error), own_numbers(error.__traceback__)

    def shown(match: re.Match[str]) -> str:
        word = match[0]
        if word.casefold() in given or all(part in ours for part in _parts(word)):
            return word
        if is_own(word, text[match.end() :], own):
            return word
        is_place = _COUNTED.search(text[: match.start()]) or _COUNTS.match(text[match.end() :])
        return word if word.replace(",", "").isdecimal() and is_place else "…"

    return _MASKS.sub("…", _TOKEN.sub(shown, text))


def _ours(error: HitscoutError) -> frozenset[str]:
    """The numbers of a message that we state ourselves, as they are written in it."""
    text, own = str(error), own_numbers(error.__traceback__)
    return frozenset(match[0] for match in NUMBER.finditer(text) if is_own(match[0], text[match.end() :], own))


def _parts(word: str) -> Sequence[str]:
    return re.split(r"[.+-]", word)


@cache
def _names_of_readers() -> frozenset[str]:
    return frozenset(path.stem for path in (_ROOT / "tools" / "screens" / "readers").glob("*.py"))


@cache
def _words_of(path: Path) -> frozenset[str]:
    try:
        return frozenset(_WORD.findall(path.read_text(encoding="utf-8")))
    except OSError:
        # Without its source nothing is known to be ours, and all is left out.
        return frozenset()


def _passed(traceback: TracebackType | None) -> Iterator[Path]:
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if path.is_relative_to(_ROOT):
            yield path
        traceback = traceback.tb_next


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 – arguments of any kind
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Path):
        yield value.name
    elif value is not None:
        yield str(value)
