"""What a pack's TOML file may say, as pydantic checks it, and what is told of a wrong one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db.errors import InvalidValueError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Texts = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]

_NAME_OF_KIND = {"bool_type": "bool", "string_type": "str", "int_type": "int", "list_type": "list"}


class _Table(BaseModel):
    """A table whose keys are all known, and whose values are of the kind that is asked for and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WheelEntry(_Table):
    """A ``[[file]]`` that is a wheel; its keys are those of `tools.packs.definition.WheelFile`."""

    kind: Literal["wheel"]
    sha256: Sha256
    bytes: int
    distribution: str
    version: str
    members: Texts


class HttpsEntry(_Table):
    """A ``[[file]]`` of a repository; its keys are those of `tools.packs.definition.HttpsFile`."""

    kind: Literal["https"]
    sha256: Sha256
    bytes: int
    repository: str
    commit: Commit
    path: str
    url: str = ""


class LoadEntry(_Table):
    """A ``[[load]]``; its other keys are options, which its loader knows."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    loader: str
    files: Texts


class PackTable(_Table):
    """A whole file; its keys are those of `tools.packs.definition.Pack`."""

    name: str
    title: str
    default: bool
    group: str = ""
    folder: str = ""
    licence: str
    licence_url: str = ""
    commercial: bool
    citation: str
    study: str = ""
    file: Annotated[list[Annotated[WheelEntry | HttpsEntry, Field(discriminator="kind")]], Field(min_length=1)]
    load: Annotated[list[LoadEntry], Field(min_length=1)] | None = None
    next_step: str = ""


def checked_table(where: str, table: Mapping[str, Any]) -> PackTable:
    """A pack's file, checked key by key.

    Args:
        where: Name of the file, for messages.
        table: What it holds.

    Raises:
        InvalidValueError: A key is missing, unknown or of the wrong kind; file, table and key are named.
    """
    try:
        return PackTable.model_validate(table)
    except ValidationError as error:
        raise _refusal(where, error.errors()) from error


def _refusal(where: str, errors: Sequence[Any]) -> InvalidValueError:
    """The first fault in our own words."""
    first = errors[0]
    table, keys = first["loc"][:-1], [part for part in first["loc"] if part not in ("wheel", "https")]
    if first["type"].startswith("union_tag"):
        keys.append("kind")
    if len(keys) > 2:
        where, keys = f"{where}, {keys[0]} {keys[1] + 1}", keys[2:]
    if first["type"] == "extra_forbidden":
        unknown = sorted(
            str(one["loc"][-1]) for one in errors if one["type"] == first["type"] and one["loc"][:-1] == table
        )
        return InvalidValueError(f"{where}: unknown keys {', '.join(unknown)}.")
    if first["type"] == "union_tag_invalid":
        return InvalidValueError(f"{where}: kind is {first['input']['kind']!r}.", "A file is a wheel or https.")
    return InvalidValueError(f"{where}: {_fault(first, str(keys[0]))}")


def _fault(error: Mapping[str, Any], key: str) -> str:
    kind = error["type"]
    if kind in ("missing", "union_tag_not_found"):
        return f"{key} is missing."
    if key in ("files", "members") and kind != "list_type":
        return f"{key} must list texts."
    if kind == "string_pattern_mismatch":
        return f"{key} is {error['input']!r}, which does not look like one."
    if kind in _NAME_OF_KIND:
        return f"{key} is {error['input']!r}, not {_NAME_OF_KIND[kind]}."
    return f"{key} must be tables, [[{key}]]."
