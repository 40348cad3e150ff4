"""Bytes as text, decoded strictly."""

from __future__ import annotations

import codecs
from pathlib import Path

from db.acts import option
from db.errors import InvalidValueError, RefusedFileError
from db.files.opening import open_ordinary

LOOKED_AT = 40
"""Characters by which it is told that each has two bytes."""
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decoded(content: bytes, path: Path, encoding: str = "", *, whole: bool = True) -> str:
    """Bytes as text.

    Args:
        content: The bytes.
        path: Their file, for messages.
        encoding: Name of an encoding; UTF-8, with or without a byte-order mark, where empty.
        whole: Whether the bytes are all of the file; a cut piece may end within a character.

    Raises:
        RefusedFileError: The bytes are not text in this encoding.
        InvalidValueError: There is no encoding of the name.
    """
    if not encoding and content[:2] in UTF16_MARKS:
        raise RefusedFileError(
            f"{path.name} is UTF-16, not UTF-8.", f"Give {option(encoding='utf-16')}, or save it as UTF-8."
        )
    text = _strictly(content, path, encoding, whole=whole)
    if "\x00" in text:
        for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if not encoding and set(content[at : 2 * LOOKED_AT : 2]) == {0}:
                raise RefusedFileError(
                    f"{path.name} is UTF-16, not UTF-8.", f"Give {option(encoding=name)}, or save it as UTF-8."
                )
        raise RefusedFileError(f"{path.name} is not text: it has zero bytes.", "Give a csv, tsv or Parquet table.")
    return text


def _strictly(content: bytes, path: Path, encoding: str, *, whole: bool) -> str:
    try:
        if whole:
            return content.decode(encoding or "utf-8-sig")
        return codecs.getincrementaldecoder(encoding or "utf-8-sig")("strict").decode(content, final=False)
    except (LookupError, TypeError, ValueError) as error:
        if not isinstance(error, UnicodeError):
            raise InvalidValueError(
                f"There is no text encoding {encoding!r}.", "Such as utf-8, latin-1, cp1252 or utf-16."
            ) from error
        start = getattr(error, "start", 0)
        line = content.count(b"\n", 0, start) + 1
        raise RefusedFileError(
            f"{path.name} is not {encoding or 'UTF-8'}: line {line} has the byte 0x{content[start]:02x}.",
            f"Name the file's encoding, such as {option(encoding='latin-1')} or {option(encoding='cp1252')}.",
        ) from error


def text_of(path: Path, content: bytes) -> str:
    """A file's text where no encoding can be named for it: UTF-8, or UTF-16 by its mark.

    Args:
        path: The file, for messages.
        content: Its bytes.

    Raises:
        RefusedFileError: It is neither.
    """
    if content[:2] in UTF16_MARKS:
        return decoded(content, path, "utf-16")
    try:
        return decoded(content, path, "utf-8-sig")
    except RefusedFileError as error:
        raise RefusedFileError(
            error.message.replace("utf-8-sig", "UTF-8 text"), "Save it as plain text in UTF-8, csv, tsv or xlsx."
        ) from error


def read_text(path: Path) -> str:
    """A text file whole, where no encoding can be named for it.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It is no ordinary file, or no text in UTF-8 or UTF-16.
    """
    with open_ordinary(path) as stream:
        return text_of(path, stream.read())
