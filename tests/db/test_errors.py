"""Refusals: what was given, and what would work."""

from __future__ import annotations

from typing import get_args

import pytest

from db.errors import InvalidValueError, check_word, did_you_mean
from db.records import Modality, Organism


def test_a_word_that_there_is_passes_and_another_is_refused_with_all_that_there_are():
    check_word("organism", "human", get_args(Organism))
    with pytest.raises(InvalidValueError) as refused:
        check_word("organism", "rat", get_args(Organism))
    assert refused.value.message == "'rat' is no organism."
    assert refused.value.suggestion == "Give human or mouse."


def test_the_nearest_word_is_offered_and_an_empty_one_is_never_named():
    check_word("modality", "", get_args(Modality))
    with pytest.raises(InvalidValueError) as refused:
        check_word("modality", "knock-out", get_args(Modality))
    assert refused.value.suggestion == "Did you mean knockout? Give one of knockout, interference, activation."


def test_near_names_are_asked_for_the_nearest_first_and_far_ones_are_not():
    assert did_you_mean("effcts", ["screens", "effects", "effect_sizes"]) == "Did you mean effects or effect_sizes?"
    assert did_you_mean("xyz", ["screens", "effects"]) == ""
