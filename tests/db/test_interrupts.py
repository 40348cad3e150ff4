"""Interrupts wait for what must be finished, and reach calls in other threads."""

from __future__ import annotations

import threading

import pytest

from db.interrupts import Calls, finished_first, finishing, interrupt


def test_an_interrupt_is_raised_at_once_or_when_the_block_is_done():
    me = threading.get_ident()
    with pytest.raises(KeyboardInterrupt):
        interrupt(me)
    steps = []
    with pytest.raises(KeyboardInterrupt), finished_first():
        with finished_first():
            interrupt(me)
            steps.append("inner")
        assert finishing()
        steps.append("outer")
    assert steps == ["inner", "outer"]
    assert not finishing()
    with finished_first():
        steps.append("no interrupt is left over")


def test_an_error_of_the_block_goes_before_an_interrupt():
    with pytest.raises(ValueError, match="torn"), finished_first():
        interrupt(threading.get_ident())
        raise ValueError("torn")
    with finished_first():
        pass


def test_a_call_in_another_thread_is_interrupted_between_its_steps():
    calls, begun, ended = Calls(), threading.Event(), []

    def work():
        try:
            with calls.call():
                begun.set()
                while True:
                    sum(range(100))
        except KeyboardInterrupt:
            ended.append("interrupted")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    begun.wait(10)
    calls.interrupt()
    thread.join(10)
    assert ended == ["interrupted"]
    # One that has ended is left alone.
    calls.interrupt()


def test_a_call_that_commits_in_another_thread_is_interrupted_afterwards():
    calls, begun, go, steps = Calls(), threading.Event(), threading.Event(), []

    def work():
        try:
            with calls.call(), finished_first():
                begun.set()
                go.wait(10)
                steps.append("committed")
            steps.append("went on")
        except KeyboardInterrupt:
            steps.append("interrupted")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    begun.wait(10)
    calls.interrupt()
    go.set()
    thread.join(10)
    assert steps == ["committed", "interrupted"]
