"""A download that is killed leaves nothing that is taken for whole, and the next one sweeps what is left."""

from __future__ import annotations

import hashlib
import http.server
import os
import signal
import threading
import time

import pytest

from tools.packs.definition import HttpsFile, Pack
from tools.packs.downloads import damaged_files, fetch_files, is_fetched

CONTENT = os.urandom(1 << 20)


class _Slow(http.server.BaseHTTPRequestHandler):
    """Gives half of the file at once and waits before the rest, until it is told to go on."""

    go_on = threading.Event()
    begun = threading.Event()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        try:
            self.wfile.write(CONTENT[: len(CONTENT) // 2])
            self.begun.set()
            self.go_on.wait(60)
            self.wfile.write(CONTENT[len(CONTENT) // 2 :])
        except OSError:
            return

    def log_message(self, format, *arguments):  # noqa: A002 - the name of the base class
        pass


@pytest.fixture
def pack():
    """A pack of one file that comes slowly."""
    _Slow.go_on.clear()
    _Slow.begun.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/a.bin"
    file = HttpsFile("owner/name", "0" * 40, "a.bin", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), url)
    yield Pack("small", "t", False, "", "small", "CC0", "", True, "c", "", (file,), ())
    _Slow.go_on.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_half_a_download_is_never_taken_for_whole_and_goes_with_the_next(pack, tmp_path, how):
    folder = tmp_path / "small"
    child = os.fork()
    if child == 0:
        fetch_files(pack, folder, None, lambda done, total: None)
        os._exit(0)
    assert _Slow.begun.wait(30)
    time.sleep(0.1)
    os.kill(child, how)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -how
    assert not (folder / "a.bin").exists()
    assert not is_fetched(pack, folder)
    assert damaged_files(pack, folder) == []
    assert len(list(folder.iterdir())) == 1, "the room of the killed download"
    _Slow.go_on.set()
    assert fetch_files(pack, folder, None, lambda done, total: None).bytes == len(CONTENT)
    assert is_fetched(pack, folder)
    assert {path.name for path in folder.iterdir()} == {"a.bin", ".small.json"}


def test_a_download_that_goes_on_elsewhere_is_left_alone(pack, tmp_path):
    folder = tmp_path / "small"
    child = os.fork()
    if child == 0:
        fetch_files(pack, folder, None, lambda done, total: None)
        os._exit(0)
    assert _Slow.begun.wait(30)
    _Slow.go_on.set()
    fetch_files(pack, folder, None, lambda done, total: None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert is_fetched(pack, folder)
    assert {path.name for path in folder.iterdir()} == {"a.bin", ".small.json"}
