"""Python's pickles of plain numbers: dictionaries, lists, texts and numpy arrays, rebuilt by code of our own.

A pickle is a program. Here it may call the names of `_ADMITTED`, each of which stands for a function of this file that
makes nothing but plain values; whatever else it names is refused before it is looked up, so that nothing of it is run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from db.errors import RefusedFileError
from db.files.opening import damage_refused, open_ordinary

MOST_BYTES = 4 << 30
HELP = "Save the vectors as an .npz with the arrays genes and vectors, or as a csv of one row a gene."
_KINDS = "biufSU"


def read_pickle(path: Path) -> Any:  # noqa: ANN401 - whatever plain values it holds
    """The plain values of a pickle: dictionaries, lists, tuples, texts, numbers and numpy arrays of them.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It names anything else, such as a class of pandas or torch, or is damaged.
    """
    with damage_refused(path, "a pickle of plain values", HELP), open_ordinary(path) as stream:
        if path.stat().st_size > MOST_BYTES:
            raise RefusedFileError(f"{path.name} is larger than {MOST_BYTES >> 30} GB.", HELP)
        return _plain(_Unpickler(stream).load())


class _Unpickler(pickle.Unpickler):
    """Admits the names by which numpy writes arrays, and gives them other meanings."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - a function of this file
        found = _ADMITTED.get((module.replace("numpy._core", "numpy.core"), name))
        if found is None:
            raise RefusedFileError(
                f"The pickle names {module}.{name}, which is no plain value, so it is not opened.", HELP
            )
        return _Callable(found)


class _Callable:
    """A function that a pickle can call, and do nothing else with."""

    __slots__ = ("_made",)

    def __init__(self, made: Callable[..., Any]) -> None:
        self._made = made

    def __call__(self, *values: Any) -> Any:  # noqa: ANN401 - whatever the function makes
        return self._made(*values)

    def __setstate__(self, state: object) -> None:
        raise ValueError("a state for a function")


class _Kind:
    """Stands for numpy's dtype: its letter and size, and from its state the order of bytes."""

    def __init__(self, code: str, *_: object) -> None:
        self.code, self.order = code, "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = str(state[1])

    def dtype(self) -> np.dtype[Any]:
        kind = np.dtype(str(self.code))
        kind = kind.newbyteorder(">") if self.order == ">" else kind
        if kind.kind not in _KINDS or kind.hasobject:
            raise ValueError(f"an array of {self.code}")
        return kind


class _Array:
    """Stands for an array whose content comes as its state."""

    values: npt.NDArray[Any]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, by_column, content = state
        self.values = _array(content, kind, shape, "F" if by_column else "C")


def _array(content: object, kind: _Kind, shape: tuple[int, ...], order: str = "C") -> npt.NDArray[Any]:
    if not isinstance(content, (bytes, bytearray)) or not isinstance(kind, _Kind):
        raise TypeError("an array of objects")
    flat = np.frombuffer(content, dtype=kind.dtype())
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _scalar(kind: _Kind, content: bytes) -> Any:  # noqa: ANN401 - a number or a text
    return _array(content, kind, (1,))[0].item()


def _encoded(text: str, encoding: str = "latin1") -> bytes:
    """What the oldest pickles hold bytes as."""
    if encoding != "latin1":
        raise ValueError(f"bytes as {encoding}")
    return text.encode("latin1")


def _new_array(*_: object) -> _Array:
    return _Array()


_ADMITTED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy", "ndarray"): _new_array,
    ("numpy", "dtype"): _Kind,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy.core.numeric", "_frombuffer"): _array,
    ("_codecs", "encode"): _encoded,
}


def _plain(held: Any) -> Any:  # noqa: ANN401 - any plain value
    """The values with arrays in place of what stood for them."""
    if isinstance(held, _Array):
        return held.values
    if isinstance(held, dict):
        return {key: _plain(value) for key, value in held.items()}
    if isinstance(held, (list, tuple)) and not all(isinstance(one, (float, int, str)) for one in held):
        return [_plain(one) for one in held]
    return held
