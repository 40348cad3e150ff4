"""Parameter objects in the chat: their fields as fields of a form, and the objects made of what a form sends.

What a field of a form takes, what stands in it at first and whether it may be empty follow from the object's field; a
form says only what it is called there.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, TypeVar, cast

from tools.parameters import Parameters
from tui.chat.widgets.form import Field, Kind
from tui.layouts.screen import KINDS

Made = TypeVar("Made", bound=Parameters)

CHOICES: Mapping[str, Mapping[str, str]] = {
    "direction": {"both": "either way", "raises": "raise the phenotype", "lowers": "lower the phenotype"},
    "modality": {
        "": "not said",
        "knockout": "knockout",
        "interference": "interference (CRISPRi)",
        "activation": "activation (CRISPRa)",
    },
    "positive_means": {
        "": "the file says",
        "raises": "raises the phenotype",
        "lowers": "lowers the phenotype",
        "unsigned": "has no sign",
    },
    "organism": {"": "by the names", "human": "human", "mouse": "mouse"},
    "side": {"both": "either side", "low": "low: they lower the phenotype", "high": "high: they raise it"},
    "repeats": {
        "": "by the file",
        "strongest": "the strongest",
        "by-p": "the smallest p",
        "mean": "their mean",
    },
    "test": {"rank-sum": "rank sums of cells", "pseudobulk-t": "t of the means of strata"},
    "estimate_kind": KINDS,
    "mode": {
        "discover": "leave nothing out",
        "validate": "their hits alone",
        "extend": "what they did not measure",
        "new": "all but their hits",
    },
}
"""Field → what each of its words is called."""

_KINDS: Mapping[Any, Kind] = MappingProxyType({
    str: "text", int: "whole", float: "number", bool: "flag", Path: "path", Sequence: "list", Mapping: "pairs",
})  # fmt: skip


def field_of(kind: type[Parameters], name: str, label: str, help: str = "") -> Field:  # noqa: A002 – as in `Field`
    """A field of a form, made from that of a parameter object.

    Args:
        kind: The object's class.
        name: The field's name.
        label: What stands before it.
        help: A sentence on it.
    """
    own = next(field for field in fields(cast("Any", kind)) if field.name == name)
    hint, may_miss = _without_none(typing.get_type_hints(kind)[name])
    default = own.default_factory() if own.default_factory is not MISSING else own.default
    takes = _takes(hint)
    # A number always has a value, and is missing only where None stands for it.
    needed = default is MISSING or (takes in ("whole", "number") and not may_miss)
    first = "" if default is MISSING else default
    return Field(name, label, takes, first, help, _choices(name, hint, first) if takes == "choice" else None, needed)


def split(kind: type[Made], values: Mapping[str, Any]) -> tuple[Made, dict[str, Any]]:
    """The parameter object that a form's values make, and the values that are none of its fields.

    Args:
        kind: The object's class.
        values: Values by name; a field that is missing has its default.
    """
    names = {field.name for field in fields(cast("Any", kind))}
    made = kind(**{name: value for name, value in values.items() if name in names})
    return made, {name: value for name, value in values.items() if name not in names}


def _without_none(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 – any annotation
    """A type without the None that may stand for it, and whether one may."""
    if typing.get_origin(hint) not in (typing.Union, UnionType):
        return hint, False
    return next(one for one in typing.get_args(hint) if one is not NoneType), True


def _takes(hint: Any) -> Kind:  # noqa: ANN401 – any annotation
    origin = typing.get_origin(hint)
    if origin is Literal:
        return "choice"
    if origin is Mapping and typing.get_args(hint)[1] is float:
        return "weights"
    return _KINDS[origin or hint]


def _choices(name: str, hint: Any, first: str) -> dict[str, str]:  # noqa: ANN401 – any annotation
    """Each word that may be chosen → what it is called, the one that stands there at first before the others."""
    words = sorted(typing.get_args(hint), key=lambda word: word != first)
    return {word: CHOICES[name][word] for word in words}
