"""What tests of unseen perturbations share."""

from __future__ import annotations

import pytest

from tests.planted_responses import Planted, planted_world


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Planted:
    """See `tests.planted_responses`."""
    return planted_world(tmp_path_factory)
