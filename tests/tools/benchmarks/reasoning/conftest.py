"""What benchmarks of reasoning share."""

from __future__ import annotations

import pytest

from tests.synthetic_store import shared_world, workspace_on


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    return workspace_on(store, tmp_path_factory.mktemp("reasoning"))
