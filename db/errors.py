"""The errors that reach a user: what was given, and what would work."""

from __future__ import annotations


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


class LeakError(HitscoutError):
    """A prior that would tell the answers of the screen it is used for."""

    kind = "leak"


class QueryError(HitscoutError):
    """A query in SQL that was refused, failed, or did not end in time."""

    kind = "query"


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
