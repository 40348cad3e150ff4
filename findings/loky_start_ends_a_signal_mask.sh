#!/bin/sh
# Starting a worker of joblib's loky ends a signal mask that the caller has set, once in a process.
#
# A program that wants worker processes to be deaf to Ctrl-C from their first moment blocks SIGINT (pthread_sigmask),
# starts them, and lifts the block: children inherit the mask. CPython's own `spawn` does so soundly. Loky's own resource
# tracker is sound too since joblib 1.6 (it restores the mask that it found), but loky's start also prepares the standard
# library's tracker, and that of CPython 3.11 ends with SIG_UNBLOCK of SIGINT and SIGTERM, whatever was blocked before.
# So the very first worker, and all that follow, start with nothing blocked, and Ctrl-C while they import prints their
# tracebacks. `multiprocessing.resource_tracker.ensure_running()` before the mask is set mends it.
#
# Seen with joblib 1.6.0 on CPython 3.11.7, Linux:
#     blocked before: True, after loky's first start: False, worker blocks: False
#     with the tracker running before: True, worker blocks: True
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet joblib==1.6.0
cat > "$folder/start.py" <<'CODE'
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import resource_tracker
from pathlib import Path

from joblib.externals.loky.backend import get_context


def blocks(process):
    status = Path(f"/proc/{process}/status").read_text()
    return bool(int(status.split("SigBlk:")[1].split()[0], 16) >> (signal.SIGINT - 1) & 1)


if __name__ == "__main__":
    if sys.argv[1] == "running":
        resource_tracker.ensure_running()
    with ProcessPoolExecutor(1, get_context("loky")) as pool:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        pool.submit(time.sleep, 1)
        after = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
        print(after, *(blocks(process) for process in pool._processes))
CODE
fresh=$("$folder/venv/bin/python" "$folder/start.py" fresh)
running=$("$folder/venv/bin/python" "$folder/start.py" running)
echo "blocked before: True, after loky's first start: ${fresh% *}, worker blocks: ${fresh#* }"
echo "with the tracker running before: ${running% *}, worker blocks: ${running#* }"
[ "$fresh" = "False False" ]
[ "$running" = "True True" ]
