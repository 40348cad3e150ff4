"""Consent: before anything first leaves this machine, a person has agreed, for this place and for this much."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.privacy.keys import place_of
from agent.privacy.sharing import each_of, share_of, stays_here
from agent.settings import SHARES, Share
from db.acts import ANY, act, option
from db.disk_cache import keep
from db.errors import HitscoutError
from tools.workspace import Paths

if TYPE_CHECKING:
    from pydantic_ai.models import Model

FILE_NAME = "consent.json"
SHARE_MEANS = {
    "nothing": "your questions, and nothing of the store",
    "names": "your questions, and names of genes, screens and campaigns",
    "summaries": "your questions, and names, counts, summary figures and short texts of the store",
    "rows": "your questions, and whatever tools read from the store, measured values included",
}


class ConsentNeededError(HitscoutError):
    """Something would leave this machine that nobody agreed to."""

    kind = "consent"


@dataclass(frozen=True)
class Sending:
    """What would go where.

    Attributes:
        host: Where it goes.
        share: What of the store goes along.
    """

    host: str
    share: Share

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"This sends {SHARE_MEANS[self.share]} to {self.host}."


def sendings(language_model: Model) -> list[Sending]:
    """What would go where if a language model were asked; empty where all stays here.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
    """
    return [
        Sending(place_of(one.base_url or "") or one.system, share_of(one))
        for one in each_of(language_model)
        if not stays_here(one)
    ]


def missing_consent(language_model: Model, paths: Paths | None = None) -> list[Sending]:
    """What nobody agreed to yet.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        paths: The user's folders; those of this process where None.
    """
    given = _given(_file(paths))
    return [
        one
        for one in sendings(language_model)
        if one.host not in given or SHARES.index(one.share) > SHARES.index(given[one.host])
    ]


def give_consent(language_model: Model, paths: Paths | None = None) -> None:
    """Notes that a person agreed to what a language model would be sent.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        paths: The user's folders; those of this process where None.
    """
    path = _file(paths)
    given = _given(path)
    for one in missing_consent(language_model, paths):
        given[one.host] = one.share
    text = json.dumps(given, indent=1, sort_keys=True) + "\n"
    keep(path, lambda stream: stream.write(text.encode()), private=True)


def require_consent(language_model: Model, paths: Paths | None = None) -> None:
    """Refuses to go on where nobody agreed.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        paths: The user's folders; those of this process where None.

    Raises:
        ConsentNeededError: Something would leave this machine for the first time.
    """
    missing = missing_consent(language_model, paths)
    if missing:
        raise ConsentNeededError(
            " ".join(one.text for one in missing) + " Nobody has agreed to that yet.",
            f"Look with {act('dry_run', ANY)}, agree with {option(agree=True)}, send less with {option('share')}, or"
            f" use {option(language_model='offline')}.",
        )


def _file(paths: Paths | None) -> Path:
    return (paths or Paths.of_user()).config / FILE_NAME


def _given(path: Path) -> dict[str, Share]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Where it cannot be known what was agreed to, nothing was.
        return {}
    return {str(host): share for host, share in content.items() if share in SHARES} if isinstance(content, dict) else {}
