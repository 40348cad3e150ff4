"""What is inside packed files, read with a limit: gzip, bzip2, xz, and a zip archive of one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from db.errors import HitscoutError, RefusedFileError
from db.files.kinds import START, Kind, kind_of
from db.files.opening import reason_of

if TYPE_CHECKING:
    import zipfile

MAX_RATIO = 200
"""Compressed tables of real screens shrink three- to twentyfold; a thousandfold one is a trap."""
RATIO_FROM = 1 << 20
"""Bytes that any file may unpack to."""
CHUNK = 1 << 18
DEEPEST = 3
"""How often a file may be packed in another; twice happens (a gzipped file that a portal zips)."""


def text_inside(stream: IO[bytes], kind: Kind, path: Path, limit: int | None) -> bytes:
    """The bytes of a text, unpacked as often as it was packed.

    Args:
        stream: The file, at whatever place.
        kind: What it is by its first bytes.
        path: Where it lies, for messages.
        limit: How many bytes are wanted at least; all where None.

    Raises:
        RefusedFileError: It is damaged, holds far more than a table would, or no text.
    """
    stream.seek(0)
    if kind == "text":
        return stream.read(-1 if limit is None else limit)
    most = max(RATIO_FROM, MAX_RATIO * _size(stream))
    for _ in range(DEEPEST):
        content = _unpacked(stream, kind, path, limit, most)
        kind = kind_of(content[:START], f"What {path.name} holds")
        if kind == "text":
            return content
        stream = BytesIO(content)
        if kind == "parquet":
            break
    raise RefusedFileError(f"{path.name} holds no text, but {kind}.", "Unpack it, and give the file that is inside.")


def _size(stream: IO[bytes]) -> int:
    end = stream.seek(0, 2)
    stream.seek(0)
    return end


def _unpacked(stream: IO[bytes], kind: Kind, path: Path, limit: int | None, most: int) -> bytes:
    """The bytes inside; stops as soon as there are far more of them than the file could honestly hold."""
    unpacked = BytesIO()
    with packing_refused(path, f"{kind} file"), _inside(stream, kind, path) as inside:
        while chunk := inside.read(CHUNK):
            unpacked.write(chunk)
            if unpacked.tell() > most:
                raise too_large(path)
            if limit is not None and unpacked.tell() >= limit:
                break
    return unpacked.getvalue()


def too_large(path: Path) -> RefusedFileError:
    """The refusal of a file that unpacks to more than it can honestly hold.

    Args:
        path: The file.
    """
    return RefusedFileError(
        f"{path.name} unpacks to more than {MAX_RATIO} times its size, as no table of a screen does.",
        "Unpack it yourself, look at it, and give the plain file.",
    )


@contextmanager
def packing_refused(path: Path, kind: str) -> Iterator[None]:
    """Makes a refusal of whatever an unpacking library raises.

    Args:
        path: The file.
        kind: What it is, such as ``gzip file``.
    """
    try:
        yield
    except HitscoutError:
        raise
    except Exception as error:
        raise RefusedFileError(
            f"{path.name} is a damaged or incomplete {kind} ({reason_of(error)}).",
            "Download or compress it again.",
        ) from error


@contextmanager
def _inside(stream: IO[bytes], kind: Kind, path: Path) -> Iterator[IO[bytes]]:
    # Imported where they are needed: most files are plain text.
    if kind == "zip":
        import zipfile

        with zipfile.ZipFile(stream) as archive, archive.open(only_member(archive, path)) as member:
            yield member
    elif kind == "bzip2":
        import bz2

        with bz2.BZ2File(stream) as packed:
            yield packed
    elif kind == "xz":
        import lzma

        with lzma.LZMAFile(stream) as packed:
            yield packed
    else:
        import gzip

        with gzip.GzipFile(fileobj=stream) as packed:
            yield cast("IO[bytes]", packed)


def only_member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    """The one file of an archive; folders and what macOS adds do not count.

    Args:
        archive: The open archive.
        path: Where it lies, for messages.

    Raises:
        RefusedFileError: It has none, several, or one with a password; or it is no archive of tables at all.
    """
    files = [one for one in archive.infolist() if not one.is_dir() and not _is_clutter(one.filename)]
    names = [one.filename for one in files]
    _refuse_documents(names, path)
    if len(files) != 1:
        shown = ", ".join(sorted(names)[:6]) + ("…" if len(names) > 6 else "")
        holds = f"{len(files)} files ({shown})" if files else "no file"
        raise RefusedFileError(
            f"{path.name} is a zip archive of {holds}; one table is read at a time.",
            "Unpack it, and give the table that is inside.",
        )
    if files[0].flag_bits & 1:
        raise RefusedFileError(f"{path.name} is a zip archive with a password.", "Unpack it, and give the table.")
    return files[0]


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith(".")


def _refuse_documents(names: list[str], path: Path) -> None:
    for found, what in (
        ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"), ("content.xml", "an OpenDocument file (.ods)"),
        ("word/document.xml", "a Word document"), ("ppt/presentation.xml", "a presentation"),
    ):  # fmt: skip
        if found in names:
            raise RefusedFileError(f"{path.name} is {what}.", "Save the table as xlsx or csv (UTF-8).")
    if names and all(name.endswith(".npy") for name in names):
        raise RefusedFileError(f"{path.name} holds numpy arrays (.npz).", "Save the table as csv, and give that file.")
