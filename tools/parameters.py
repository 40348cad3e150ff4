"""Parameter objects: a tool's options written once, given as an object or one by one.

An option that several tools take is a field of one frozen dataclass, and described there. A tool of `takes_fields`
takes the object, and each of its fields as an argument of its own as well: scripts and language models write
``add_screen(workspace, path, phenotype="…", suffix="_d1")``, code that has the object hands it on.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, cast

from db.acts import option
from db.errors import InvalidValueError

Tool = TypeVar("Tool", bound=Callable[..., Any])
_EMPTY = inspect.Parameter.empty
_SECTION = re.compile(r"(?:Args|Attributes):\n(.*?)(?=\n\s*\n|\Z)", re.DOTALL)


MOST_NAMES = 5_000
"""Names that a call may give one by one; a list in a file may hold more."""


class Parameters:
    """Marks a frozen dataclass whose fields a tool takes; its docstring describes each under ``Attributes:``."""


def takes_fields(tool: Tool) -> Tool:
    """Lets a tool be called with its parameter objects, or with their fields as arguments of their own.

    Signature, annotations and docstring show the fields: that is what help, language models and scripts see. Fields
    without a default may be given by position, in their order, all others by name. Objects and fields are not mixed.

    Args:
        tool: A function, each of whose parameters of a `Parameters` class becomes the fields of that class.

    Raises:
        TypeError: Two of its parameters or fields have the same name.
    """
    shown = inspect.signature(tool)
    hints = typing.get_type_hints(tool, include_extras=True)
    objects = {name: hints[name] for name in shown.parameters if _is_parameters(hints.get(name))}
    flat = _flat_signature(shown, hints, objects)

    @functools.wraps(tool)
    def called(*args: Any, **given: Any) -> Any:  # noqa: ANN401 – whatever the tool takes and gives
        if any(isinstance(value, Parameters) for value in (*args, *given.values())):
            refuse_many_names(_all_fields(args, given))
            return tool(*args, **given)
        arguments = flat.bind(*args, **given).arguments
        refuse_many_names(arguments)
        made = {name: kind(**_taken(arguments, kind)) for name, kind in objects.items()}
        return tool(**arguments, **made)

    called.__signature__ = flat  # type: ignore[attr-defined]
    called.__annotations__ = {name: parameter.annotation for name, parameter in flat.parameters.items()}
    called.__annotations__["return"] = flat.return_annotation
    called.__doc__ = _flat_docstring(inspect.getdoc(tool) or "", objects)
    return cast("Tool", called)


def _all_fields(args: tuple[Any, ...], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was given by name, and the fields of objects."""
    objects = [value for value in (*args, *given.values()) if isinstance(value, Parameters)]
    return {**given, **{name: value for one in objects for name, value in vars(one).items()}}


def takes_names(tool: Tool) -> Tool:
    """Refuses a call of a tool that gives more than `MOST_NAMES` names one by one.

    Args:
        tool: A function that takes lists of names.
    """
    parameters = inspect.signature(tool)

    @functools.wraps(tool)
    def called(*args: Any, **given: Any) -> Any:  # noqa: ANN401 – whatever the tool takes and gives
        refuse_many_names(parameters.bind_partial(*args, **given).arguments)
        return tool(*args, **given)

    return cast("Tool", called)


def refuse_many_names(arguments: Mapping[str, Any]) -> None:
    """Refuses lists that are too long to be given one by one.

    Args:
        arguments: What a tool is given, by name.

    Raises:
        InvalidValueError: One of them holds more than `MOST_NAMES`.
    """
    for name, value in arguments.items():
        if isinstance(value, (list, tuple, set, frozenset)) and len(value) > MOST_NAMES:
            raise InvalidValueError(
                f"{option(name)} has {len(value):,} names; {MOST_NAMES:,} are the most a call.",
                "Give fewer at a time, or a file of them where a file is taken.",
            )


def described_fields(kind: type[Parameters]) -> Mapping[str, str]:
    """What the docstring of a parameter object says of each of its fields.

    Args:
        kind: The class.
    """
    found = _SECTION.search(inspect.getdoc(kind) or "")
    lines = re.split(r"^ {4}(?=\w+: )", found[1], flags=re.MULTILINE)[1:] if found else []
    pairs = (line.split(": ", 1) for line in lines)
    return {name: " ".join(text.split()) for name, text in pairs}


def _is_parameters(hint: Any) -> bool:  # noqa: ANN401 – any annotation
    return isinstance(hint, type) and issubclass(hint, Parameters)


def _taken(arguments: dict[str, Any], kind: type[Parameters]) -> dict[str, Any]:
    """The fields of an object among the arguments, which they are taken out of."""
    return {field.name: arguments.pop(field.name) for field in _fields(kind) if field.name in arguments}


def _fields(kind: type[Parameters]) -> tuple[Field[Any], ...]:
    return fields(cast("Any", kind))


def _flat_signature(
    shown: inspect.Signature, hints: Mapping[str, Any], objects: Mapping[str, type[Parameters]]
) -> inspect.Signature:
    given: list[inspect.Parameter] = []
    optional: list[inspect.Parameter] = []
    named: list[inspect.Parameter] = []
    for name, parameter in shown.parameters.items():
        if name in objects:
            flat = [_flat_parameter(field, objects[name]) for field in _fields(objects[name])]
            given += [one for one in flat if one.default is _EMPTY]
            named += [one for one in flat if one.default is not _EMPTY]
        else:
            own = parameter.replace(annotation=hints.get(name, Any))
            by_name = parameter.kind is inspect.Parameter.KEYWORD_ONLY
            (named if by_name else given if own.default is _EMPTY else optional).append(own)
    every = [*given, *optional, *named]
    names = [parameter.name for parameter in every]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TypeError(f"two parameters or fields are named {', '.join(twice)}")
    return inspect.Signature(every, return_annotation=hints.get("return", Any))


def _flat_parameter(field: Field[Any], kind: type[Parameters]) -> inspect.Parameter:
    hint = typing.get_type_hints(kind, include_extras=True)[field.name]
    if field.default is not MISSING:
        return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hint)
    if field.default_factory is not MISSING:
        default = field.default_factory()
        return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
    return inspect.Parameter(field.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=hint)


def _flat_docstring(doc: str, objects: Mapping[str, type[Parameters]]) -> str:
    """The docstring with what is said of each object's fields in place of what is said of the object."""
    for name, kind in objects.items():
        said = "\n".join(f"    {field}: {text}" for field, text in described_fields(kind).items())
        # Backslashes are doubled because a replacement reads them.
        shown = said.replace("\\", "\\\\")
        doc = re.sub(rf"^ {{4}}{name}: .*(?:\n {{5,}}\S.*)*", shown, doc, flags=re.MULTILINE)
    return doc
