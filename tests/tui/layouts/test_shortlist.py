"""What a shortlist's table says of itself is so."""

from __future__ import annotations

import pytest

from db.records import Nomination
from tui.layouts.shortlist import BY_GRADE, order


def nomination(rank, by):
    return Nomination(rank, f"GENE{rank}", (f"GENE{rank}",), 0.5, 0.4, 0.6, 0.5, 1.0, by, (), None, "", ())


@pytest.mark.parametrize(("by", "said"), [(["computed", "computed"], False), (["computed", "grade"], True)])
def test_a_list_says_in_which_order_it_stands(by, said):
    text = order([nomination(rank, one) for rank, one in enumerate(by, 1)])
    assert text.startswith("By utility, the highest first")
    assert text.endswith(BY_GRADE) == said
