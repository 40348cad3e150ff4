"""One cell's values as bytes: as narrow as they may be, deflated, and the very numbers that went in.

The first byte of what is deflated names the kind of number: ``B`` (one byte), ``H`` (two), ``I`` (four) for whole ones,
``f`` for float32; all are little endian. Places are kept as the steps between them, most of which fit one byte.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from db.errors import StoreError

LEVEL = 1
"""Of deflation: higher ones take several times as long for a tenth of the size."""
_WHOLE = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))
_KINDS = {"B": "<u1", "H": "<u2", "I": "<u4", "f": "<f4"}

Numbers = npt.NDArray[Any]


def packed_places(places: Numbers) -> bytes:
    """Numbers of genes as bytes.

    Args:
        places: Ascending, none twice.
    """
    return _packed_whole(np.diff(places, prepend=0))


def unpacked_places(content: bytes) -> npt.NDArray[np.int32]:
    """What `packed_places` took.

    Args:
        content: What it gave.

    Raises:
        StoreError: It is damaged.
    """
    return np.cumsum(_unpacked(content), dtype=np.int32)


def packed_amounts(amounts: npt.NDArray[np.float32]) -> bytes:
    """Values as bytes: counts as whole numbers, others as they are.

    Args:
        amounts: float32.
    """
    largest = _WHOLE[-1][1]
    if len(amounts) and amounts.min() >= 0 and amounts.max() < largest and bool((amounts == np.rint(amounts)).all()):
        return _packed_whole(amounts.astype(np.int64))
    return zlib.compress(b"f" + amounts.astype("<f4").tobytes(), LEVEL)


def unpacked_amounts(content: bytes) -> npt.NDArray[np.float32]:
    """What `packed_amounts` took.

    Args:
        content: What it gave.

    Raises:
        StoreError: It is damaged.
    """
    return _unpacked(content).astype(np.float32)


def packed_texts(texts: Iterable[str]) -> bytes:
    """Texts of one column as bytes.

    Args:
        texts: One for each cell.
    """
    return zlib.compress(json.dumps(list(texts), ensure_ascii=False).encode("utf-8", "surrogatepass"), LEVEL)


def unpacked_texts(content: bytes) -> Sequence[str]:
    """What `packed_texts` took.

    Args:
        content: What it gave.

    Raises:
        StoreError: It is damaged.
    """
    try:
        found: list[str] = json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
    except (zlib.error, ValueError) as error:
        raise _damaged() from error
    return found


def _packed_whole(numbers: Numbers) -> bytes:
    largest = int(numbers.max()) if len(numbers) else 0
    kind = next(kind for kind, limit in _WHOLE if largest < limit)
    return zlib.compress(kind.encode() + numbers.astype(_KINDS[kind]).tobytes(), LEVEL)


def _unpacked(content: bytes) -> Numbers:
    try:
        plain = zlib.decompress(content)
        return np.frombuffer(plain, _KINDS[chr(plain[0])], offset=1)
    except (zlib.error, ValueError, KeyError, IndexError) as error:
        raise _damaged() from error


def _damaged() -> StoreError:
    return StoreError("A cell of the store is damaged: its values cannot be unpacked.", "Put back a copy of the store.")
