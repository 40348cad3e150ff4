"""Parameter objects on the command line: a command takes the object, typer sees an option for each of its fields."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, cast

import typer

from tools.parameters import Parameters
from tui.cli.field_options import option_of, said_of
from tui.cli.frame import listed, pairs

Command = TypeVar("Command", bound=Callable[..., Any])
_EMPTY = inspect.Parameter.empty
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Without:
    """Marks a command's parameter object of which some fields have no option there.

    Args:
        *names: The fields that are left out.
    """

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)


class Some:
    """Marks a command's parameter that takes some fields of an object, as values by name.

    Args:
        kind: The object's class.
        *names: The fields.
    """

    def __init__(self, kind: type[Parameters], *names: str) -> None:
        self.kind, self.names = kind, frozenset(names)


def takes_options(
    *, behind: Mapping[str, Sequence[str]] = _NOTHING, defaults: Mapping[str, Any] = _NOTHING
) -> Callable[[Command], Command]:
    """Lets typer see an option for each field of a command's parameter objects, which the command is then given.

    Args:
        behind: Option → options that stand behind it in the help; others stand in the order of the command's
            parameters, those of an object in the order of its fields.
        defaults: Field → default of its option, where it is not the field's own.
    """

    def made(command: Command) -> Command:
        hints = typing.get_type_hints(command, include_extras=True)
        objects = {name: taken for name, hint in hints.items() if (taken := _taken(hint, defaults))}
        shown: list[inspect.Parameter] = []
        for name, parameter in inspect.signature(command).parameters.items():
            own = parameter.replace(annotation=hints[name])
            shown += objects[name].options() if name in objects else [own]

        @functools.wraps(command)
        def called(**given: Any) -> Any:  # noqa: ANN401 – whatever the command takes
            return command(**{name: taken.out_of(given) for name, taken in objects.items()}, **given)

        signature = inspect.Signature(_moved(shown, behind))
        called.__signature__ = signature  # type: ignore[attr-defined]
        called.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
        return cast("Command", called)

    return made


def _moved(options: Sequence[inspect.Parameter], behind: Mapping[str, Sequence[str]]) -> list[inspect.Parameter]:
    ordered = {option.name: option for option in options}
    for anchor, names in behind.items():
        moved = [ordered.pop(name) for name in names]
        place = list(ordered).index(anchor) + 1
        rest = list(ordered.values())
        ordered = {option.name: option for option in (*rest[:place], *moved, *rest[place:])}
    return list(ordered.values())


@dataclass(frozen=True)
class _Taken:
    """What a command takes of a parameter object: the whole, made from these fields, or their values by name."""

    kind: type[Parameters]
    names: frozenset[str]
    whole: bool
    defaults: Mapping[str, Any]

    def options(self) -> list[inspect.Parameter]:
        return [_option(self.kind, field, self.defaults) for field in _fields(self.kind) if field.name in self.names]

    def out_of(self, given: dict[str, Any]) -> Any:  # noqa: ANN401 – the object, or values of its fields by name
        """What the command is handed; its options are taken out of what was given."""
        hints = typing.get_type_hints(self.kind)
        values = {
            field.name: _value(hints[field.name], given.pop(field.name), option_of(self.kind, field.name))
            for field in _fields(self.kind)
            if field.name in self.names
        }
        return self.kind(**values) if self.whole else values


def _taken(hint: Any, defaults: Mapping[str, Any]) -> _Taken | None:  # noqa: ANN401 – any annotation
    """What is taken by a parameter of a command; None where it is an option of its own."""
    bare, *marks = typing.get_args(hint) if typing.get_origin(hint) is Annotated else (hint,)
    for mark in marks:
        if isinstance(mark, Some):
            return _Taken(mark.kind, _known(mark.kind, mark.names), whole=False, defaults=defaults)
    if not (isinstance(bare, type) and issubclass(bare, Parameters)):
        return None
    left_out = frozenset[str]().union(*(mark.names for mark in marks if isinstance(mark, Without)))
    names = frozenset(field.name for field in _fields(bare) if said_of(bare, field.name))
    return _Taken(bare, names - _known(bare, left_out), whole=True, defaults=defaults)


def _known(kind: type[Parameters], names: frozenset[str]) -> frozenset[str]:
    """The names as they are; each must be a field."""
    if strange := names - {field.name for field in _fields(kind)}:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(strange))}")
    return names


def _fields(kind: type[Parameters]) -> tuple[Field[Any], ...]:
    return fields(cast("Any", kind))


def _option(kind: type[Parameters], field: Field[Any], defaults: Mapping[str, Any]) -> inspect.Parameter:
    said = said_of(kind, field.name)
    if said is None:
        raise TypeError(f"{kind.__name__}.{field.name} has no option")
    hint = typing.get_type_hints(kind)[field.name]
    # Named in any case: of a flag without a name, typer would make two.
    option = typer.Option(option_of(kind, field.name), metavar=said.metavar or None, help=said.help, min=said.min)
    default = defaults.get(field.name, _default(hint, field))
    annotation = cast("Any", Annotated)[_asked(hint), option]
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _asked(hint: Any) -> Any:  # noqa: ANN401 – types of any kind
    """The type that typer reads: several values are repeated, and no choice is None instead of an empty word."""
    if _are_paths(hint):
        return list[Path] | None
    if _several(hint):
        return list[str] | None
    if _may_be_empty(hint):
        words = tuple(word for word in typing.get_args(hint) if word)
        return cast("Any", Literal)[words] | None
    return hint


def _default(hint: Any, field: Field[Any]) -> Any:  # noqa: ANN401 – a value of any type
    if field.default is MISSING and field.default_factory is MISSING:
        return _EMPTY
    return None if _several(hint) or _may_be_empty(hint) else field.default


def _value(hint: Any, given: Any, option: str) -> Any:  # noqa: ANN401 – a value of any type
    """The field's value for what typer gave."""
    if _are_paths(hint):
        return tuple(given or ())
    several = _several(hint)
    if several is Mapping:
        return pairs(given or (), option)
    if several is Sequence:
        return listed(given or ())
    return given or "" if _may_be_empty(hint) else given


def _several(hint: Any) -> Any:  # noqa: ANN401 – an abstract class, which mypy takes for no type
    """``Mapping`` or ``Sequence`` where a field holds several values; else None."""
    union = typing.get_origin(hint) in (typing.Union, UnionType)
    kinds = [typing.get_origin(one) for one in (typing.get_args(hint) if union else [hint]) if one is not NoneType]
    return next((kind for kind in kinds if kind in (Mapping, Sequence)), None)


def _are_paths(hint: Any) -> bool:  # noqa: ANN401 – any annotation
    """Whether a field holds several files, whose names may hold commas."""
    return _several(hint) is Sequence and typing.get_args(hint) == (Path,)


def _may_be_empty(hint: Any) -> bool:  # noqa: ANN401 – any annotation
    return typing.get_origin(hint) is Literal and "" in typing.get_args(hint)
