"""Ctrl-C and a polite kill: the run ends within a second, whatever it is computing, and what is committed is whole.

A signal's handler in Python waits until the main thread is between two steps, which a long call of a numeric library
is not. So the system tells a second thread of the signal at once (`signal.set_wakeup_fd`). It gives the main thread a
moment to end by itself, as it mostly does, and then ends the process: no earlier than a commit that is under way is
finished. What a killed process leaves is what the store is made for.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from db.interrupts import finishing, interrupt

INTERRUPTED = 130
GRACE = 0.4
"""Seconds that the main thread has to end by itself."""
COMMIT = 30.0
"""Seconds more for a commit that is under way: it is what must not be lost."""
FAREWELL = b"Interrupted.\n"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_owner = 0
_asked = threading.Event()
"""Set once a signal has come."""
_importing = threading.Event()
"""Set where the signal met an import: a library that is interrupted as it is loaded may abort with its own words."""
_told = threading.Event()
"""Set once the end of this run was said."""


def watch() -> None:
    """Begins to answer Ctrl-C and a polite kill; once a process, in its main thread.

    A signal that this process was started to ignore, as in the background of a shell, stays ignored.
    """
    global _owner
    if _owner == os.getpid() or threading.current_thread() is not threading.main_thread():
        return
    _owner = os.getpid()
    for event in (_told, _asked, _importing):
        event.clear()
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupted)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(woken,), name="hitscout interrupts", daemon=True).start()


def leave_to_others() -> None:
    """Ends the watch: a terminal app has keys of its own for it, and a screen to give back."""
    if _owner == os.getpid():
        signal.set_wakeup_fd(-1)


def interrupted() -> bool:
    """Whether a signal has come: what fails after it does so for that reason, as a query that was stopped."""
    return _asked.is_set()


def end() -> None:
    """Ends the answering: what was to be done is done, and only Python itself is to be left."""
    if _owner == os.getpid():
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def leave() -> None:
    """Ends an interrupted process that unwound by itself, where it is one that watches.

    Python would wait for threads that wait for the network, and takes an interrupt that it met in generated code for
    its own, whatever became of it.
    """
    if _owner != os.getpid():
        return
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(INTERRUPTED)


def say_so() -> None:
    """Says that the run was interrupted, once."""
    if not _told.is_set():
        _told.set()
        sys.stderr.write(FAREWELL.decode())
        sys.stderr.flush()


def end_workers() -> None:
    """Ends the worker processes of a run that ends by itself."""
    workers = sys.modules.get("multiprocessing")
    _kill({child.pid for child in workers.active_children() if child.pid} if workers is not None else set())


def _kill(children: set[int]) -> None:
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except OSError:
            # It has ended meanwhile.
            continue


def _interrupted(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 – the signature of a signal handler
    if os.getpid() != _owner:
        # A forked worker inherits this handler, and has nobody to tell.
        os._exit(INTERRUPTED)
    _asked.set()
    if _in_an_import(frame):
        # Nothing is to be tidied up yet: the thread that waits ends the run.
        _importing.set()
        return
    interrupt(threading.main_thread().ident or 0)


def _in_an_import(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _wait(woken: int) -> None:
    """Waits for a signal, then for the run to end by itself, then no longer."""
    if hasattr(signal, "pthread_sigmask"):
        # For the main thread alone, which can put it off.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    while not set(os.read(woken, 1)) & set(_SIGNALS):
        pass
    at = time.monotonic()
    while ((spent := time.monotonic() - at) < GRACE and not _importing.is_set()) or (finishing() and spent < COMMIT):
        time.sleep(0.02)
    _end()


def _end() -> NoReturn:
    _kill(_children())
    # Not through the streams, which the main thread may hold; progress bars have hidden the cursor.
    shown = b"\r\x1b[K\x1b[?25h" if os.isatty(2) else b""
    if not _told.is_set():
        shown += FAREWELL
    os.write(2, shown)
    os._exit(INTERRUPTED)


def _children() -> set[int]:
    """Ids of this process's children, where the system lists them.

    Those that tidy up after Python's own workers end when this process does, and must live until then.
    """
    found: set[int] = set()
    with suppress(OSError):
        for path in Path("/proc/self/task").glob("*/children"):
            found |= {int(word) for word in path.read_text(encoding="ascii").split()}
    return {child for child in found if b"resource_tracker" not in _command_of(child)}


def _command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
