"""A preregistration: a round's list, hit rule and expected hits, with hashes by which a change is seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from db.acts import PATH, act
from db.campaigns.records import Expected, in_order
from db.errors import RefusedFileError
from db.files.objects import read_json
from db.provenance import versions
from db.records import Campaign, Round

KIND = "preregistered round"
VERSION = 1
_NEEDED: Mapping[str, type | tuple[type, ...]] = {
    "campaign": str, "round": int, "written_at": str, "hit_rule": str, "side": str, "nominations": list,
    "list_sha256": str, "expected_hits": dict, "versions": dict, "sha256": str,
}  # fmt: skip
"""What the check reads, and what it has to be."""


@dataclass(frozen=True)
class Document:
    """A preregistration as it was read.

    Attributes:
        path: Its file.
        values: What it says.
        sha256: Hash of what it says, made anew.
    """

    path: Path
    values: Mapping[str, Any]
    sha256: str

    @property
    def intact(self) -> bool:
        """Whether it is as it was written."""
        return bool(
            self.sha256 == self.values["sha256"] and list_hash(self.perturbations) == self.values["list_sha256"]
        )

    @property
    def perturbations(self) -> list[str]:
        """The list, by rank."""
        return [str(one["perturbation"]) for one in self.values["nominations"]]

    @property
    def expected(self) -> Expected:
        """Hits that were expected of the whole list."""
        said = self.values["expected_hits"]
        return Expected(said["mean"], said["low"], said["high"], said["level"])


def list_hash(perturbations: Sequence[str]) -> str:
    """SHA-256 of a list: its names by rank, one a line.

    Args:
        perturbations: The names.
    """
    return hashlib.sha256("\n".join(perturbations).encode()).hexdigest()


def values_of(campaign: Campaign, one: Round, at: datetime) -> dict[str, Any]:
    """What a preregistration of a round says, its own hash among it.

    Args:
        campaign: The campaign.
        one: A confirmed round.
        at: When it is written, in UTC.
    """
    info, chance = one.shortlist, one.shortlist.random_probability
    said: dict[str, Any] = {
        "kind": KIND, "version": VERSION, "campaign": campaign.name, "round": one.number, "written_at": f"{at:%FT%T}Z",
        "confirmed_at": None if one.confirmed_at is None else f"{one.confirmed_at:%FT%T}Z",
        "question": campaign.question.to_json(), "hit_rule": campaign.question.hit_rule,
        "side": campaign.question.side, "size": info.size, "seed": one.seed, "predictor": info.predictor,
        "basis": info.basis, "controls": in_order(info.controls),
        "nominations": [
            {"rank": n.rank, "perturbation": n.perturbation, "hit_probability": n.hit_probability, "low": n.low,
             "high": n.high, "by": n.by}
            for n in one.nominations
        ],
        "list_sha256": list_hash([n.perturbation for n in one.nominations]),
        "expected_hits": in_order(info.expected_hits),
        "random_hits": None if chance is None else chance * len(one.nominations),
        "versions": versions(),
    }  # fmt: skip
    return {**said, "sha256": digest(said)}


def digest(values: Mapping[str, Any]) -> str:
    """SHA-256 of what a preregistration says, its own hash left out, whatever the order and spacing of its keys.

    Args:
        values: What it says.
    """
    said = {key: value for key, value in values.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_document(path: Path) -> Document:
    """Reads a preregistration.

    Args:
        path: Its file.

    Raises:
        RefusedFileError: It is no JSON, or no preregistration.
    """
    values = read_json(path)
    help_ = f"{act('campaign_preregister', PATH)} writes one for a confirmed round."
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise RefusedFileError(f"{path.name} is no preregistration of a round.", help_)
    wrong = [key for key, kind in _NEEDED.items() if not isinstance(values.get(key), kind)]
    whole = not wrong and all(
        isinstance(one, dict) and isinstance(one.get("perturbation"), str) for one in values["nominations"]
    )
    numbers = values.get("expected_hits")
    told = isinstance(numbers, dict) and all(
        isinstance(numbers.get(key), (int, float)) for key in ("mean", "low", "high", "level")
    )
    if not whole or not told:
        missing = ", ".join(wrong) or ("nominations" if not whole else "expected_hits")
        raise RefusedFileError(f"{path.name} is no whole preregistration: it lacks {missing}.", help_)
    return Document(path, values, digest(values))
