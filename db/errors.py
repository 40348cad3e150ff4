"""The errors that reach a user: what was given, and what would work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class HitscoutError(Exception):
    """A refusal with a message for the user.

    Attributes:
        message: What was given and why it cannot be used, one or two sentences.
        suggestion: What would work; may be empty where nothing can be suggested.
        kind: A short stable word for scripts, the ``kind`` key of the JSON error.
    """

    kind = "error"

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion

    def __str__(self) -> str:
        return f"{self.message} {self.suggestion}".strip()

    def __reduce__(self) -> tuple[type[HitscoutError], tuple[str, str]]:
        # Worker processes send errors back by pickle, which must keep both parts.
        return (type(self), (self.message, self.suggestion))


class StoreError(HitscoutError):
    """The store file cannot be used: damaged, too new, or not a store."""

    kind = "store"


class StoreHeldError(StoreError):
    """Another process holds the store's write lock."""

    kind = "store-held"


class NotFoundError(HitscoutError):
    """A screen, campaign, pack, gene or evidence id that the store does not hold."""

    kind = "not-found"


class ConflictError(HitscoutError):
    """The request contradicts what the store already holds."""

    kind = "conflict"


class RefusedFileError(HitscoutError):
    """A file that cannot be read as what it was given for; the store is unchanged."""

    kind = "refused-file"


class NeedsChoiceError(HitscoutError):
    """The file or the name admits more than one reading, and a person must choose."""

    kind = "needs-choice"


class InvalidValueError(HitscoutError):
    """An argument whose value cannot be used."""

    kind = "invalid-value"


class DownloadError(HitscoutError):
    """A pack's file could not be had, or is not the file that was pinned."""

    kind = "download"


class QueryError(HitscoutError):
    """A query in SQL that was refused, failed, or did not end in time.

    Attributes:
        brief: The message without the engine's own words, which may quote what the store holds: the kind of failure
            and where in the query it lies; empty where the message quotes nothing.
    """

    kind = "query"

    def __init__(self, message: str, suggestion: str = "", brief: str = "") -> None:
        super().__init__(message, suggestion)
        self.brief = brief


def require(condition: object, message: str, suggestion: str = "") -> None:
    """Refuses a value.

    Args:
        condition: What has to hold.
        message: What was given.
        suggestion: What would work.

    Raises:
        InvalidValueError: The condition does not hold.
    """
    if not condition:
        raise InvalidValueError(message, suggestion)


def check_word(what: str, value: object, words: Iterable[str]) -> None:
    """Refuses a value that is none of the words that there are for it.

    Args:
        what: What the value is, such as ``organism``.
        value: What was given.
        words: What it may be; an empty one stands for "not said", and is not named.

    Raises:
        InvalidValueError: It is none of them.
    """
    there = list(words)
    if value not in there:
        named = [word for word in there if word]
        choice = " or ".join(named) if len(named) <= 2 else f"one of {', '.join(named)}"
        hint = f"{did_you_mean(str(value), named)} Give {choice}."
        raise InvalidValueError(f"{value!r} is no {what}.", hint.strip())


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """The question whether one of the nearest names was meant; empty where none is near.

    Args:
        value: What was given.
        known: The names that there are.
    """
    near = near_words(value, known)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def near_words(value: str, known: Iterable[str]) -> Sequence[str]:
    """Up to three names that are written much like a value, the nearest first.

    Args:
        value: What was given.
        known: The names that there are.
    """
    # Imported here: a right value needs no comparing.
    import difflib

    return difflib.get_close_matches(value, list(known), 3, 0.5)
