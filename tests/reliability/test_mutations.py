"""Damaged files of every format end in a refusal in words or in plain numbers, and in nothing else.

Damage is made from seeds when the test runs, and read in processes of their own: one that dies or hangs is a failure of
that seed. To see one again: `pytest tests/reliability/test_mutations.py -k csv`, and the seed from the message.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from tests.reliability.small_files import Format, formats
from tools.screens.ingestion.harmonised_table import HarmonisedTable

ALLOWED = (RefusedFileError, NeedsChoiceError, InvalidValueError, NotFoundError, ConflictError)
"""What a file may be answered with instead of being read."""
PATIENCE = 20
"""Seconds for one file of a few kilobytes."""
MEMORY = 6 << 30
FORMATS = (
    "csv", "tsv", "semicolons", "gzip", "bzip2", "xz", "zip", "Excel", "Parquet", "MAGeCK RRA", "MAGeCK MLE",
    "one side", "RSA", "CRISPRbrain", "benchmark pair", "list", "expression", "responses", "vectors", "R data",
    "gene sets", "h5ad", "10x", "loom", "Matrix Market", "responses in Parquet", "responses in arrays",
    "responses in a matrix", "contrasts", "ranks of R", "preregistration", "10x of old", "h5ad by gene", "matrix of R",
    "sparse matrix of R", "lists of sceptre", "plates", "guide library",
)  # fmt: skip
ALL = 20_000


def outcome(workspace, one: Format, folder: Path, seed: int) -> str:
    """What came of one damaged file: ``read``, ``refused``, or what should not have been."""
    from tests.reliability.mutations import mutated

    rng = np.random.default_rng(seed)
    hurt = int(rng.integers(len(one.files)))
    for number, (name, content) in enumerate(one.files.items()):
        (folder / name).write_bytes(mutated(content, rng) if number == hurt else content)
    try:
        found = one.read(workspace, folder / next(iter(one.files)))
    except ALLOWED as error:
        return "refused" if error.message.strip() else "a refusal without words"
    except Exception as error:  # noqa: BLE001 - whatever else comes is what is looked for
        return f"{type(error).__module__}.{type(error).__name__}: {str(error)[:200]}"
    return _wrong_numbers(found) or "read"


def _wrong_numbers(found: object) -> str:
    """What is impossible in a table that was taken."""
    if not isinstance(found, HarmonisedTable):
        return ""
    rows = found.rows
    if not np.isfinite(rows["estimate"].astype(float)).all():
        return "an effect that is not finite"
    for column in ("p_low", "p_high", "fdr_low", "fdr_high"):
        values = rows[column].astype(float).dropna()
        if not values.between(0, 1).all():
            return f"{column} outside of 0 to 1"
    return "a perturbation twice" if found.combined["perturbation"].duplicated().any() else ""


def in_a_child(workspace, one: Format, folder: Path, seeds: list[int]) -> Iterator[tuple[int, str]]:
    """Each seed and its outcome; a child that dies or hangs is the outcome of the seed that it was at."""
    while seeds:
        ended, begun = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ended)
            _read_all(workspace, one, folder, seeds, begun)
        os.close(begun)
        done = 0
        with os.fdopen(ended, encoding="utf-8") as lines:
            for line in lines:
                yield seeds[done], json.loads(line)
                done += 1
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if done < len(seeds):
            died = f"the process ended with {code}" if code != -signal.SIGALRM else f"no answer in {PATIENCE} s"
            yield seeds[done], died
            done += 1
        seeds = seeds[done:]


def _read_all(workspace, one: Format, folder: Path, seeds: list[int], out: int) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for seed in seeds:
            signal.alarm(PATIENCE)
            os.write(out, json.dumps(outcome(workspace, one, folder, seed)).encode() + b"\n")
        signal.alarm(0)
    finally:
        os._exit(0)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "number", [pytest.param(ALL // 10, id="a tenth"), pytest.param(ALL, id="all", marks=pytest.mark.slow)]
)
def test_a_damaged_file_is_refused_in_words_or_read(named_workspace, tmp_path, figure, name, number):
    one = formats(tmp_path)[name]
    before = named_workspace.store.path.read_bytes()
    first = zlib.crc32(name.encode())
    seeds = [first + at for at in range(-(-number // len(FORMATS)))]
    found = list(in_a_child(named_workspace, one, tmp_path, seeds))
    wrong = {seed: what for seed, what in found if what not in ("read", "refused")}
    if number == ALL:
        read = sum(what == "read" for _, what in found)
        figure(
            f"{name}: {len(found)} damaged files, {read} read, {len(found) - read - len(wrong)} refused,"
            f" {len(wrong)} wrong"
        )
    kinds = {what: seed for seed, what in wrong.items()}
    assert not wrong, f"{len(wrong)} of {len(found)}: {kinds}"
    assert named_workspace.store.path.read_bytes() == before


@pytest.mark.parametrize("name", FORMATS)
def test_the_file_itself_is_read_or_its_format_is_not_read_yet(named_workspace, tmp_path, name):
    one = formats(tmp_path)[name]
    for file, content in one.files.items():
        (tmp_path / file).write_bytes(content)
    if name in ("bzip2", "xz", "zip", "Excel"):
        try:
            one.read(named_workspace, tmp_path / next(iter(one.files)))
        except RefusedFileError:
            pytest.skip("this format is refused")
    else:
        one.read(named_workspace, tmp_path / next(iter(one.files)))


def test_every_format_is_among_them(tmp_path):
    assert set(formats(tmp_path)) == set(FORMATS)
