"""Objects are read back as they were, with their arrays mapped; a file that was cut is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from db.disk_cache import keep, kept
from db.mapped_objects import ALIGNED, read_object, write_object

VALUE = {
    "text": "a", "array": np.arange(12.0).reshape(3, 4), "turned": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "view": np.arange(20)[::3], "nothing": np.zeros((0, 3)), "sparse": csr_array(np.eye(3)),
    "frame": pd.DataFrame({"x": [1, 2], "name": ["a", None]}),
}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    keep(tmp_path / "value", lambda stream: write_object(stream, VALUE))
    return tmp_path / "value"


def test_an_object_comes_back_as_it_was(path):
    found = kept(path, read_object)
    for name in ("array", "turned", "view", "nothing"):
        np.testing.assert_array_equal(found[name], VALUE[name])
        assert found[name].dtype == VALUE[name].dtype
        assert found[name].flags.aligned
    assert (found["sparse"] != VALUE["sparse"]).nnz == 0
    pd.testing.assert_frame_equal(found["frame"], VALUE["frame"])


def test_arrays_are_mapped_and_a_change_of_them_stays_in_memory(path):
    before = path.read_bytes()
    found = kept(path, read_object)
    assert not found["array"].flags.owndata
    assert found["array"].ctypes.data % ALIGNED == 0
    found["array"][:] = 7
    assert path.read_bytes() == before
    np.testing.assert_array_equal(kept(path, read_object)["array"], VALUE["array"])


def test_a_file_that_was_cut_at_any_place_or_is_another_is_none(path):
    whole = path.read_bytes()
    for length in [0, 5, 30, *range(60, len(whole), 41), len(whole) - 1]:
        path.write_bytes(whole[:length])
        assert kept(path, read_object) is None
    path.write_bytes(b"x" * 300)
    assert kept(path, read_object) is None
