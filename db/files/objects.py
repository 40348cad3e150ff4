"""Files of numpy, JSON and R: what they hold, or a refusal; nothing in them is ever run."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from db.errors import RefusedFileError
from db.files.opening import damage_refused, open_ordinary

MAX_JSON = 1 << 28
"""Bytes of a JSON file that are read at most."""
ARRAY_HELP = "Save it again with numpy.save, without objects in it."
R_HELP = "Download it again, or save it again in R."


def read_array(path: Path, suggestion: str = ARRAY_HELP) -> npt.NDArray[Any]:
    """The array of a .npy file; texts come as text. Pickled objects are refused, because loading them can run any code.

    Args:
        path: The file.
        suggestion: What would work.

    Raises:
        RefusedFileError: It is damaged, holds objects or texts that are none, or is an archive of arrays.
    """
    with damage_refused(path, "a plain numpy array", suggestion), open_ordinary(path) as stream:
        return array_in(stream, path, suggestion)


def array_in(stream: IO[bytes], path: Path, suggestion: str) -> npt.NDArray[Any]:
    """The array that a stream holds in numpy's own form; see `read_array`.

    Args:
        stream: Where it is read from.
        path: Its file, for messages.
        suggestion: What would work.

    Raises:
        RefusedFileError: It holds objects or texts that are none, or is an archive of arrays.
    """
    values = np.load(stream, allow_pickle=False)
    if not isinstance(values, np.ndarray):
        raise RefusedFileError(f"{path.name} is an archive of several arrays (.npz), not one array.", suggestion)
    return _texts(values, path, suggestion) if values.dtype.kind in "US" else np.asarray(values)


def _texts(values: npt.NDArray[Any], path: Path, suggestion: str) -> npt.NDArray[Any]:
    """Texts as text; numpy looks neither at bytes that are no ASCII nor at code points that do not exist."""
    texts = np.ascontiguousarray(values.astype(str))
    if texts.size and texts.itemsize and int(texts.reshape(-1).view(np.uint32).max()) > sys.maxunicode:
        raise RefusedFileError(f"{path.name} holds texts with characters that do not exist.", suggestion)
    return texts


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever it holds
    """What a JSON file holds.

    Args:
        path: The file, UTF-8.

    Raises:
        RefusedFileError: It is no JSON, nested too deeply, or too large.
    """
    help_ = "Mend the file, or move it away."
    with damage_refused(path, "JSON", help_), open_ordinary(path) as stream:
        content = stream.read(MAX_JSON + 1)
        if len(content) > MAX_JSON:
            raise RefusedFileError(f"{path.name} has more than {MAX_JSON >> 20} MB of JSON.", help_)
        return json.loads(content.decode("utf-8-sig"))


def read_r_data(path: Path) -> Any:  # noqa: ANN401 - rdata's own objects have no public type
    """The parsed tree of an R data file (.rda, .rds).

    Args:
        path: The file.

    Raises:
        RefusedFileError: It is no R data, or damaged.
    """
    import rdata

    with damage_refused(path, "R data", R_HELP), open_ordinary(path) as stream, warnings.catch_warnings():
        # R's own encoding notes say nothing on gene names.
        warnings.simplefilter("ignore")
        return rdata.parser.parse_data(stream.read(), extension=path.suffix)
