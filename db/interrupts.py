"""Interrupts that come at a bad moment wait: what is being committed is finished first, and entered in the manifest."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Re-entrant: a signal's handler runs in the main thread, which may hold it.
_LOCK = threading.RLock()
_finishing: dict[int, int] = {}
"""Thread → how many blocks it is in that are to be finished."""
_interrupted: set[int] = set()
"""Threads that were interrupted in such a block."""


@contextmanager
def finished_first() -> Iterator[None]:
    """A block that no interrupt of `interrupt` cuts off; it is raised when the block is done.

    Raises:
        KeyboardInterrupt: The thread was interrupted meanwhile.
    """
    me = threading.get_ident()
    with _LOCK:
        _finishing[me] = _finishing.get(me, 0) + 1
    try:
        yield
    except BaseException:
        _leave(me)
        raise
    if _leave(me):
        raise KeyboardInterrupt


def _leave(thread: int) -> bool:
    """Ends a block; says whether it was the last one and the thread was interrupted in it."""
    with _LOCK:
        _finishing[thread] -= 1
        if _finishing[thread]:
            return False
        del _finishing[thread]
        late = thread in _interrupted
        _interrupted.discard(thread)
        return late


def finishing() -> bool:
    """Whether any thread is in a block that is to be finished."""
    return bool(_finishing)


def interrupt(thread: int) -> None:
    """Raises KeyboardInterrupt in a thread: in this one at once, in another at its next step.

    Args:
        thread: Its identity, as `threading.get_ident` gives it.
    """
    with _LOCK:
        if thread in _finishing:
            _interrupted.add(thread)
            return
        if thread != threading.get_ident():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt))
            return
    raise KeyboardInterrupt


class Calls:
    """Calls in threads of their own that somebody else can interrupt, whether they report their steps or not."""

    def __init__(self) -> None:
        self._threads: set[int] = set()

    @contextmanager
    def call(self) -> Iterator[None]:
        """A call in this thread; an interrupt of it is raised inside, or as the block is left."""
        me = threading.get_ident()
        with _LOCK:
            self._threads.add(me)
        try:
            yield
        finally:
            with _LOCK:
                self._threads.discard(me)

    def interrupt(self) -> None:
        """Interrupts each call that goes on, once."""
        with _LOCK:
            threads, self._threads = self._threads, set()
            for thread in threads:
                interrupt(thread)
