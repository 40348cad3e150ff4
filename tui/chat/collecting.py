"""Garbage collection that does not hold up a key."""

from __future__ import annotations

import gc
import sys
import time

LOOK = 1.0
"""Seconds between two looks."""
IDLE = 1.5
"""Seconds without a key after which a full collection holds nobody up."""
MANY = 50
"""Modules that came since the last look and make it worth while to set them aside."""
WORTH = 10
"""Collections of the younger objects after which a full one is worth while."""
NEVER = 100_000


class Collector:
    """Full collections only while nobody types, and never of what imports brought.

    One stops every thread; with pandas and the providers' packages imported it takes a quarter of a second, although
    none of their objects ever goes away.
    """

    def __init__(self) -> None:
        self._modules = 0
        self._stirred = 0.0
        self._before = gc.get_threshold()

    def start(self) -> None:
        """Takes the full collections over from the interpreter."""
        gc.set_threshold(*self._before[:2], NEVER)

    def stop(self) -> None:
        """Gives them back."""
        gc.set_threshold(*self._before)

    def stir(self) -> None:
        """To be called with each key and each move of the mouse."""
        self._stirred = time.monotonic()

    def look(self) -> None:
        """To be called every `LOOK` seconds."""
        if len(sys.modules) - self._modules >= MANY:
            self._modules = len(sys.modules)
            gc.freeze()
        elif gc.get_count()[2] >= WORTH and time.monotonic() - self._stirred > IDLE:
            gc.collect()
