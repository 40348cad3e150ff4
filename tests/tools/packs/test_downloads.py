"""Files come from a mirror, the package index or https; checked, whole or not at all, and once."""

from __future__ import annotations

import hashlib
import http.server
import io
import threading
import zipfile
from functools import partial
from pathlib import Path

import pytest

from db.errors import DownloadError, InvalidValueError
from tools.packs import downloads
from tools.packs.definition import HttpsFile, Pack, WheelFile
from tools.packs.downloads import Mirror, fetch_files, is_fetched

COMMIT = "0" * 40


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def ignore(done: float, total: float | None) -> None:
    pass


def make_pack(*files) -> Pack:
    return Pack("small", "t", False, "", "small", "CC0", "", True, "c", "", tuple(files), ())


def https_file(
    content: bytes, url: str = "https://127.0.0.1:9/none", path: str = "data/a.txt", sha256: str = ""
) -> HttpsFile:
    return HttpsFile("owner/name", COMMIT, path, sha256 or sha(content), len(content), url)


def make_mirror(folder: Path, content: bytes, file: HttpsFile, name: str = "knowledge/a.txt") -> Mirror:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_bytes(content)
    header = "file\tbytes\tsha256\trepository\tcommit\tpath\tlicence\tcitation\there\n"
    row = "\t".join([name, str(file.bytes), file.sha256, file.repository, file.commit, file.path, "", "", "yes"])
    (folder / "manifest.tsv").write_text(header + row + "\n")
    return Mirror(folder)


def make_wheel(folder: Path, members: dict[str, bytes], distribution: str = "tiny_data", version: str = "1.0") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{distribution}-{version}-py3-none-any.whl"
    info = f"{distribution}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {distribution.replace('_', '-')}\nVersion: {version}\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def wheel_file(path: Path, *members: str, sha256: str = "") -> WheelFile:
    return WheelFile("tiny-data", "1.0", sha256 or sha(path.read_bytes()), path.stat().st_size, members)


@pytest.fixture
def served(tmp_path):
    """A folder and the address under which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    requests: list[str] = []  # noqa: RUF012 - read by tests

    def log_message(self, *args):
        self.requests.append(self.path)


# https -------------------------------------------------------------------------------------------


def test_a_file_comes_by_https_with_progress_and_is_not_fetched_again(served, tmp_path):
    folder, url = served
    content = bytes(range(256)) * 4000
    (folder / "a.txt").write_bytes(content)
    pack = make_pack(https_file(content, f"{url}/a.txt"))
    seen: list[tuple[float, float | None]] = []
    assert not is_fetched(pack, tmp_path / "out")
    first = fetch_files(pack, tmp_path / "out", None, lambda done, total: seen.append((done, total)))
    assert (first.files, first.bytes) == (1, len(content))
    assert (tmp_path / "out" / "a.txt").read_bytes() == content
    assert seen[-1] == (len(content), len(content))
    assert len(seen) > 3
    assert is_fetched(pack, tmp_path / "out")
    asked = len(QuietHandler.requests)
    assert fetch_files(pack, tmp_path / "out", None, ignore).bytes == 0
    assert len(QuietHandler.requests) == asked


def test_a_file_that_was_changed_on_disk_is_fetched_again(served, tmp_path):
    folder, url = served
    (folder / "a.txt").write_bytes(b"right")
    pack = make_pack(https_file(b"right", f"{url}/a.txt"))
    fetch_files(pack, tmp_path / "out", None, ignore)
    (tmp_path / "out" / "a.txt").write_bytes(b"wrong")
    assert not is_fetched(pack, tmp_path / "out")
    assert fetch_files(pack, tmp_path / "out", None, ignore).bytes == 5
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"right"


def test_a_wrong_checksum_stops_with_both_hashes_and_leaves_nothing(served, tmp_path):
    folder, url = served
    (folder / "a.txt").write_bytes(b"tampered")
    pack = make_pack(https_file(b"right", f"{url}/a.txt"))
    with pytest.raises(DownloadError) as refused:
        fetch_files(pack, tmp_path / "out", None, ignore)
    assert sha(b"right") in refused.value.message
    assert sha(b"tampered") in refused.value.message
    assert list((tmp_path / "out").iterdir()) == []


def test_an_interrupted_download_leaves_nothing_half(served, tmp_path):
    folder, url = served
    content = b"x" * 2_000_000
    (folder / "a.txt").write_bytes(content)
    pack = make_pack(https_file(content, f"{url}/a.txt"))

    def interrupt(done: float, total: float | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_files(pack, tmp_path / "out", None, interrupt)
    assert list((tmp_path / "out").iterdir()) == []
    assert fetch_files(pack, tmp_path / "out", None, ignore).bytes == len(content)


def test_what_was_finished_before_a_failure_stays(served, tmp_path):
    folder, url = served
    (folder / "a.txt").write_bytes(b"first")
    good, bad = https_file(b"first", f"{url}/a.txt"), https_file(b"second", f"{url}/none.txt", path="b.txt")
    with pytest.raises(DownloadError, match=r"b\.txt could not be fetched"):
        fetch_files(make_pack(good, bad), tmp_path / "out", None, ignore)
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"first"
    assert is_fetched(make_pack(good), tmp_path / "out")


def test_an_address_that_does_not_answer_says_so_and_offers_a_mirror(tmp_path):
    pack = make_pack(https_file(b"right", "http://127.0.0.1:1/a.txt"))
    with pytest.raises(DownloadError) as refused:
        fetch_files(pack, tmp_path / "out", None, ignore)
    assert "http://127.0.0.1:1/a.txt" in refused.value.message
    assert "`mirror=DIR`" in refused.value.suggestion


def test_an_address_that_is_not_https_is_refused(tmp_path):
    with pytest.raises(InvalidValueError, match="no https address"):
        fetch_files(make_pack(https_file(b"", "file:///etc/passwd")), tmp_path / "out", None, ignore)


def test_a_folder_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "out").write_text("a file where the folder would be")
    with pytest.raises(DownloadError, match="HITSCOUT_HOME"):
        fetch_files(make_pack(https_file(b"x")), tmp_path / "out", None, ignore)


# Mirror ------------------------------------------------------------------------------------------


def test_a_mirror_is_looked_into_before_the_network(tmp_path):
    file = https_file(b"right", "http://127.0.0.1:1/none")
    mirror = make_mirror(tmp_path / "mirror", b"right", file)
    assert fetch_files(make_pack(file), tmp_path / "out", mirror, ignore).bytes == 5
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"right"


def test_a_mirrors_file_is_found_by_its_hash_too(tmp_path):
    file = https_file(b"right", "http://127.0.0.1:1/none")
    elsewhere = HttpsFile("other/place", COMMIT, "x/a.txt", file.sha256, 5, file.url)
    mirror = make_mirror(tmp_path / "mirror", b"right", elsewhere)
    assert fetch_files(make_pack(file), tmp_path / "out", mirror, ignore).files == 1


def test_a_mirrors_wrong_file_stops_with_both_hashes(tmp_path):
    file = https_file(b"right")
    mirror = make_mirror(tmp_path / "mirror", b"wrong", file)
    with pytest.raises(DownloadError) as refused:
        fetch_files(make_pack(file), tmp_path / "out", mirror, ignore)
    assert sha(b"right") in refused.value.message
    assert sha(b"wrong") in refused.value.message


def test_what_a_mirror_lacks_comes_by_https(served, tmp_path):
    folder, url = served
    (folder / "a.txt").write_bytes(b"right")
    file = https_file(b"right", f"{url}/a.txt")
    mirror = make_mirror(tmp_path / "mirror", b"right", file)
    (tmp_path / "mirror" / "knowledge" / "a.txt").unlink()
    assert fetch_files(make_pack(file), tmp_path / "out", mirror, ignore).bytes == 5


def test_what_neither_mirror_nor_network_has_names_both(tmp_path):
    file = https_file(b"right", "http://127.0.0.1:1/a.txt")
    other = https_file(b"other", path="other.txt")
    mirror = make_mirror(tmp_path / "mirror", b"other", other)
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1:1.*mirror .* does not hold it"):
        fetch_files(make_pack(file), tmp_path / "out", mirror, ignore)


def test_a_folder_that_is_no_mirror_is_refused(tmp_path):
    with pytest.raises(InvalidValueError, match=r"manifest\.tsv"):
        Mirror(tmp_path)


# Wheels ------------------------------------------------------------------------------------------


def test_a_mirrors_wheel_is_unpacked_and_nothing_but_its_members(tmp_path):
    wheel = make_wheel(
        tmp_path / "mirror" / "wheels", {"tiny/data/a.txt": b"A", "tiny/b.txt": b"B", "tiny/c.txt": b"C"}
    )
    make_wheel(tmp_path / "mirror" / "wheels", {"x": b""}, version="2.0")
    pack = make_pack(wheel_file(wheel, "tiny/data/a.txt", "tiny/b.txt"))
    fetched = fetch_files(pack, tmp_path / "out", Mirror(tmp_path / "mirror"), ignore)
    assert fetched.files == 2
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [".small.json", "a.txt", "b.txt"]
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"A"


def test_a_member_of_an_archive_inside_a_wheel_is_unpacked(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/cells.txt", b"cells")
        archive.writestr("other.txt", b"other")
    wheel = make_wheel(tmp_path / "mirror" / "wheels", {"tiny/data.zip": inner.getvalue(), "tiny/b.txt": b"B"})
    pack = make_pack(wheel_file(wheel, "tiny/data.zip!deep/cells.txt", "tiny/b.txt"))
    fetch_files(pack, tmp_path / "out", Mirror(tmp_path / "mirror"), ignore)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".small.json", "b.txt", "cells.txt"]
    assert (tmp_path / "out" / "cells.txt").read_bytes() == b"cells"


def test_what_an_archive_inside_a_wheel_lacks_is_refused(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("other.txt", b"other")
    wheel = make_wheel(tmp_path / "mirror" / "wheels", {"tiny/data.zip": inner.getvalue()})
    with pytest.raises(DownloadError, match="cannot be unpacked"):
        fetch_files(
            make_pack(wheel_file(wheel, "tiny/data.zip!cells.txt")),
            tmp_path / "out",
            Mirror(tmp_path / "mirror"),
            ignore,
        )
    assert list((tmp_path / "out").iterdir()) == []


def test_a_path_inside_a_wheel_never_leads_out_of_the_folder(tmp_path):
    wheel = make_wheel(tmp_path / "mirror" / "wheels", {"../../above.txt": b"above"})
    pack = make_pack(wheel_file(wheel, "../../above.txt"))
    fetch_files(pack, tmp_path / "deep" / "out", Mirror(tmp_path / "mirror"), ignore)
    assert (tmp_path / "deep" / "out" / "above.txt").read_bytes() == b"above"
    assert list(tmp_path.rglob("above.txt")) == [tmp_path / "deep" / "out" / "above.txt"]


def test_a_wheel_without_a_pinned_member_is_refused_whole(tmp_path):
    wheel = make_wheel(tmp_path / "mirror" / "wheels", {"tiny/a.txt": b"A"})
    with pytest.raises(DownloadError, match="cannot be unpacked"):
        fetch_files(
            make_pack(wheel_file(wheel, "tiny/a.txt", "tiny/b.txt")),
            tmp_path / "out",
            Mirror(tmp_path / "mirror"),
            ignore,
        )
    assert list((tmp_path / "out").iterdir()) == []


def test_pip_downloads_a_wheel_from_an_index_with_progress(served, tmp_path, monkeypatch):
    folder, url = served
    wheel = make_wheel(folder / "simple" / "tiny-data", {"tiny/a.txt": b"A" * 900_000})
    point_pip_at(monkeypatch, url)
    seen: list[float] = []
    pack = make_pack(wheel_file(wheel, "tiny/a.txt"))
    fetch_files(pack, tmp_path / "out", None, lambda done, total: seen.append(done))
    assert (tmp_path / "out" / "a.txt").stat().st_size == 900_000
    # pip says how far it is, so there is more than the one step at the end.
    assert len(seen) > 1
    assert seen == sorted(seen)


def test_a_wheel_that_the_index_lacks_says_why_and_offers_a_mirror(served, tmp_path, monkeypatch):
    folder, url = served
    wheel = make_wheel(folder / "elsewhere", {"tiny/a.txt": b"A"})
    (folder / "simple" / "tiny-data").mkdir(parents=True)
    point_pip_at(monkeypatch, url)
    with pytest.raises(DownloadError) as refused:
        fetch_files(make_pack(wheel_file(wheel, "tiny/a.txt")), tmp_path / "out", None, ignore)
    assert "No matching distribution" in refused.value.message
    assert "wheels/" in refused.value.suggestion


def point_pip_at(monkeypatch, url: str) -> None:
    """Only the test's own index is asked."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{url}/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")


def test_an_old_pip_is_told_which_one_is_needed(monkeypatch, tmp_path):
    monkeypatch.setattr(downloads, "version", lambda name: "23.2.1")
    wheel = make_wheel(tmp_path / "elsewhere", {"tiny/a.txt": b"A"})
    with pytest.raises(DownloadError, match=r"pip 23\.2\.1 is too old.*25\.1 or newer"):
        fetch_files(make_pack(wheel_file(wheel, "tiny/a.txt")), tmp_path / "out", None, ignore)


def test_a_python_without_pip_is_told_how_to_get_it(monkeypatch, tmp_path):
    from importlib.metadata import PackageNotFoundError

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(downloads, "version", missing)
    wheel = make_wheel(tmp_path / "elsewhere", {"tiny/a.txt": b"A"})
    with pytest.raises(DownloadError, match="ensurepip"):
        fetch_files(make_pack(wheel_file(wheel, "tiny/a.txt")), tmp_path / "out", None, ignore)
