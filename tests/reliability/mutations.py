"""Damage to the bytes of a file, made from a seed: what a download, a disk, a mail program or a hand may do to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

ODD_CELLS = (
    b"", b"NA", b"nan", b"inf", b"-inf", b"1e999", b"-1e-999", b"0x1F", b"=1+1", b"1,5", b"1.234,5",
    b"\xe2\x88\x921.5", b"<2e-16", b"5%", b"TRUE", b"2026-11-28", b'"', b"''", b"\xff\xfe", b"\x00", b"\xe2\x80\xae",
    b"A" * 5000, b"9" * 400,
)  # fmt: skip
_SPLITS = b"\t,; |"


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """A damaged copy of a file's bytes.

    Args:
        content: The bytes, which may be none.
        rng: Where the damage comes from.
    """
    for _ in range(int(rng.integers(1, 4))):
        content = _DAMAGE[int(rng.integers(len(_DAMAGE)))](content, rng)
    return content


def _place(content: Sequence[object] | bytes, rng: np.random.Generator) -> int:
    return int(rng.integers(len(content) + 1))


def _flip(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in rng.integers(len(content), size=int(rng.integers(1, 5))) if content else ():
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: _place(content, rng)]


def _cut_start(content: bytes, rng: np.random.Generator) -> bytes:
    return content[_place(content, rng) :]


def _insert(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    return content[:at] + rng.bytes(int(rng.integers(1, 40))) + content[at:]


def _remove(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at + int(rng.integers(1, 60)) :]


def _zeros(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    length = min(int(rng.integers(1, 200)), len(content) - at)
    return content[:at] + bytes(length) + content[at + length :]


def _repeat(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at : at + 200] * int(rng.integers(2, 6)) + content[at:]


def _lines(change: Callable[[list[bytes], np.random.Generator], None]) -> Callable[[bytes, np.random.Generator], bytes]:
    def damage(content: bytes, rng: np.random.Generator) -> bytes:
        lines = content.split(b"\n")
        change(lines, rng)
        return b"\n".join(lines)

    return damage


def _double_line(lines: list[bytes], rng: np.random.Generator) -> None:
    lines.insert(_place(lines, rng), lines[int(rng.integers(len(lines)))])


def _drop_line(lines: list[bytes], rng: np.random.Generator) -> None:
    lines.pop(int(rng.integers(len(lines))))


def _swap_lines(lines: list[bytes], rng: np.random.Generator) -> None:
    one, two = (int(number) for number in rng.integers(len(lines), size=2))
    lines[one], lines[two] = lines[two], lines[one]


def _odd_cell(lines: list[bytes], rng: np.random.Generator) -> None:
    at = int(rng.integers(len(lines)))
    split = next((bytes([mark]) for mark in _SPLITS if mark in lines[at]), b"\t")
    cells = lines[at].split(split)
    cells[int(rng.integers(len(cells)))] = ODD_CELLS[int(rng.integers(len(ODD_CELLS)))]
    lines[at] = split.join(cells)


def _drop_cell(lines: list[bytes], rng: np.random.Generator) -> None:
    at = int(rng.integers(len(lines)))
    split = next((bytes([mark]) for mark in _SPLITS if mark in lines[at]), b"\t")
    cells = lines[at].split(split)
    cells.pop(int(rng.integers(len(cells))))
    lines[at] = split.join(cells)


_DAMAGE = (
    _flip, _flip, _cut, _cut_start, _insert, _remove, _zeros, _repeat, _lines(_double_line), _lines(_drop_line),
    _lines(_swap_lines), _lines(_odd_cell), _lines(_odd_cell), _lines(_drop_cell),
)  # fmt: skip
