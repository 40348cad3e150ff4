"""Full collections wait until nobody types, and pass over what imports brought."""

from __future__ import annotations

import gc
import sys
import types

import pytest

from tui.chat import collecting
from tui.chat.collecting import MANY, WORTH, Collector


class Knot:
    """Something that only a collection can take away."""

    gone = 0

    def __init__(self):
        self.itself = self

    def __del__(self):
        Knot.gone += 1


@pytest.fixture
def collector():
    made = Collector()
    before = gc.get_threshold()
    made.start()
    yield made
    made.stop()
    gc.unfreeze()
    assert gc.get_threshold() == before


def old_garbage():
    Knot.gone = 0
    knot = Knot()
    # Twice outlived, so that only a full collection looks at it.
    gc.collect(0)
    gc.collect(1)
    del knot
    for _ in range(WORTH + 1):
        gc.collect(1)


def test_a_full_collection_waits_for_the_last_key(collector, monkeypatch):
    collector.look()
    now = 1000.0
    monkeypatch.setattr(collecting.time, "monotonic", lambda: now)
    collector.stir()
    old_garbage()
    collector.look()
    assert Knot.gone == 0
    now += collecting.IDLE + 0.1
    collector.look()
    assert Knot.gone == 1


def test_what_many_imports_brought_is_set_aside_once(collector, monkeypatch):
    collector.look()
    before = gc.get_freeze_count()
    collector.look()
    # Fewer where one that was set aside has gone by itself since.
    assert gc.get_freeze_count() <= before
    for number in range(MANY):
        name = f"tests_pretended_{number}"
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    collector.look()
    assert gc.get_freeze_count() > before
