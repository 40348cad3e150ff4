"""Objects in a file whose arrays stay on disk until they are looked at.

The file is Python's own format, protocol 5, with the arrays beside it (PEP 574); they are mapped and not read, so an
object of some hundred megabytes is there at once, and what is never looked at never takes memory. Reading it can run
code: read only what nobody else may write (`db.disk_cache.kept` with ``private``).
"""

from __future__ import annotations

import mmap
import pickle
import struct
from typing import Any, BinaryIO

MAGIC = b"hitscout objects 1\n"
ALIGNED = 64
"""Arrays begin at multiples of this many bytes."""


def write_object(stream: BinaryIO, value: Any) -> None:  # noqa: ANN401 – whatever can be pickled
    """Writes an object: how long each part is, the object without its arrays, and each array.

    Args:
        stream: Where to.
        value: The object.
    """
    arrays: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=arrays.append)
    parts = [memoryview(head), *(one.raw() for one in arrays)]
    sizes = struct.pack(f"<q{len(parts)}q", len(parts), *(one.nbytes for one in parts))
    written = stream.write(MAGIC + sizes)
    for part in parts:
        written += stream.write(bytes(-written % ALIGNED))
        written += stream.write(part)


def read_object(stream: BinaryIO) -> Any:  # noqa: ANN401
    """The object that `write_object` wrote; a change of its arrays stays in memory.

    Args:
        stream: A file.

    Raises:
        ValueError: It is cut, or another kind of file.
    """
    held = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY))
    at = len(MAGIC)
    if held[:at] != MAGIC:
        raise ValueError("It is no file of an object.")
    (count,) = struct.unpack_from("<q", held, at)
    sizes = struct.unpack_from(f"<{count}q", held, at + 8)
    at += 8 * (count + 1)
    parts = []
    for size in sizes:
        at += -at % ALIGNED
        parts.append(held[at : at + size])
        at += size
    if at != len(held):
        raise ValueError("The file is cut.")
    return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301 – whoever calls says whose file it is
