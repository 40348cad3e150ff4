"""Folders of this machine, taken out of text that an assistant reads: where files lie tells whose they are."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tools.workspace import Paths

_PART = r"[^\s/\"'\\<>|:;,]+"
_FOLDERS = re.compile(rf"(?<![\w/:.~<-])(?:file://)?(?:~\w*|\.{{1,2}})?/(?:{_PART}/)*(?={_PART})")
_QUOTED = re.compile(r"(?<=(['\"`]))(?:file://)?(?:~\w*|\.{1,2})?/(?:[^'\"`\n<>|]*/)?(?=[^'\"`\n/<>|]+\1)")
_WINDOWS = re.compile(r"\b[A-Za-z]:\\{1,2}(?:[^\s\\\"'<>|:;,]+\\{1,2})*(?=[^\s\\])")
_MASKS = re.compile(r"…(?:/?…)*/")
_SHORTEST = 4
"""Characters from which a folder's path is looked for as it is: `/` alone stands in many a text."""


def without_folders(text: str, known: Iterable[Path] = ()) -> str:
    """Text in which whole paths are cut to their last part.

    Args:
        text: A tool's result or refusal.
        known: Folders that are looked for as they are, with spaces or whatever else is in their names.
    """
    for folder in sorted(_spelled(known), key=len, reverse=True):
        text = text.replace(f"{folder}/", "…/").replace(f"{folder}\\", "…/")
        text = re.sub(rf"{re.escape(folder)}(?![\w.-])", "…", text)
    return _MASKS.sub("…/", _WINDOWS.sub("…/", _FOLDERS.sub("…/", _QUOTED.sub("…/", text))))


def own_folders(paths: Paths, *more: Path) -> tuple[Path, ...]:
    """The folders of a user and of this process.

    Args:
        paths: The user's folders.
        *more: Others, such as the store's.
    """
    return (paths.data, paths.cache, paths.config, Path.home(), Path.cwd(), Path(tempfile.gettempdir()), *more)


def _spelled(known: Iterable[Path]) -> set[str]:
    return {spelled for path in known for spelled in (str(path), str(path.resolve())) if len(spelled) >= _SHORTEST}
