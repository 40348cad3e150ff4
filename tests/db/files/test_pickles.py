"""Pickles of plain values are read by code of our own; whatever else they name is refused and never run."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.errors import RefusedFileError
from db.files.pickles import read_pickle


def written(tmp_path, held, protocol=pickle.HIGHEST_PROTOCOL) -> Path:
    path = tmp_path / "held.pickle"
    path.write_bytes(pickle.dumps(held, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_come_back_from_every_protocol(tmp_path, protocol):
    held = {
        "list": [0.5, 1.0], "tuple": (1, "a"), "text": "é", "nothing": None, "number": np.float64(2.5),
        "float32": np.arange(6, dtype=np.float32).reshape(2, 3), "turned": np.asfortranarray(np.eye(2, 3)),
        "big": np.arange(3, dtype=">f8"), "whole": np.arange(3), "names": np.array(["A", "BB"]),
    }  # fmt: skip
    found = read_pickle(written(tmp_path, held, protocol))
    assert list(found) == list(held)
    for name, value in held.items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(found[name], value), name
            assert found[name].shape == value.shape
        else:
            assert found[name] == (list(value) if name == "tuple" and isinstance(found[name], list) else value), name


@pytest.mark.parametrize(
    "held", [pd.DataFrame({"a": [1.0]}), {"A": Path("somewhere")}, [range(3)], np.array([{}, None], dtype=object)]
)
def test_anything_else_is_refused_with_what_would_work(tmp_path, held):
    with pytest.raises(RefusedFileError, match="npz"):
        read_pickle(written(tmp_path, held))


def test_nothing_that_a_pickle_names_is_looked_up_before_it_is_refused(tmp_path):
    witness = tmp_path / "witness"

    class Call:
        def __reduce__(self):
            return Path.touch, (witness,)

    with pytest.raises(RefusedFileError, match="no plain value"):
        read_pickle(written(tmp_path, Call()))
    assert not witness.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_is_refused(tmp_path, share):
    path = written(tmp_path, {"A": np.arange(100.0), "B": [1.0] * 50})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(RefusedFileError):
        read_pickle(path)
