"""What a look finds, and how a look that fails is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from db.errors import HitscoutError

State = Literal["ok", "note", "mend"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: What: store, packs, cache, texts, pip, python, libraries, disk or environment.
        state: ``ok``; ``note`` for what is worth knowing; ``mend`` for what does not work.
        message: What was found.
        remedy: What would mend it, as a command where there is one; empty where nothing needs mending.
    """

    about: str
    state: State
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found, in the order in which it looked."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing needs mending."""
        return all(finding.state != "mend" for finding in self.findings)


def looked(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What one look finds; one that fails is a finding too, so that the others go on.

    Args:
        about: What is looked at.
        look: Looks.

    Yields:
        Its findings.
    """
    try:
        yield from list(look())
    except HitscoutError as error:
        yield Finding(about, "mend", error.message, error.suggestion)
    except OSError as error:
        yield Finding(about, "mend", f"It cannot be looked at: {error.strerror or error}.", _ELSEWHERE)
    except Exception as error:  # noqa: BLE001 - a doctor is called to what is broken in ways that nobody foresaw
        what = (str(error).splitlines() or [""])[0][:300]
        yield Finding(about, "mend", f"This could not be looked at ({type(error).__name__}: {what}).", _REPORT)


_ELSEWHERE = "Set HITSCOUT_HOME to a folder that you may read and write."
_REPORT = "Set HITSCOUT_HOME to an empty folder to go on, and please report this line."
