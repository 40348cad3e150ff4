"""Sequences of guides: what a cell of a library holds, and what is read off a sequence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST, LONGEST = 17, 25
"""Nucleotides of a guide: truncated ones of Cas9 to those of Cas12a."""
IS_SEQUENCE = re.compile(r"\s*[ACGTUN]{15,30}\s*", re.IGNORECASE)
PAM_LENGTH = 3
MOSTLY = 0.9
_BASES = re.compile("[ACGT]*")
_OPPOSITE = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")


def reverse_complement(sequence: str) -> str:
    """The other strand, read from its 5' end.

    Args:
        sequence: In capitals; letters that stand for several bases too.
    """
    return sequence.translate(_OPPOSITE)[::-1]


def gc_share(sequence: str) -> float:
    """The share of G and C.

    Args:
        sequence: In capitals.
    """
    return (sequence.count("G") + sequence.count("C")) / len(sequence)


@dataclass(frozen=True)
class ReadSequences:
    """The sequences of a library's column.

    Attributes:
        sequences: In capitals, of DNA, without a PAM.
        pams: The PAM of each, where the library has one.
        faults: Why a row has none that can be ordered; empty where it has.
        said: What was rewritten, a sentence each.
    """

    sequences: list[str]
    pams: list[str]
    faults: list[str]
    said: tuple[str, ...]


def read_sequences(cells: Sequence[str], pams: Sequence[str] | None = None) -> ReadSequences:
    """Reads the sequences of a library.

    Args:
        cells: As the file has them.
        pams: The cells of its column of PAMs, if there is one.
    """
    bare = ["".join(text.split()).replace("-", "") for text in cells]
    upper = [text.upper() for text in bare]
    dna = [text.replace("U", "T") for text in upper]
    told = [(_differing(bare, upper), "in lower case, written in capitals")]
    told.append((_differing(upper, dna), "of RNA, written as DNA"))
    known = [""] * len(dna) if pams is None else [text.strip().upper() for text in pams]
    dna, known, cut = _without_pam(dna, known)
    told.append((cut, "with its PAM behind it, which was cut off"))
    said = tuple(f"{count:,} {_are(count)} {what}." for count, what in told if count)
    return ReadSequences(dna, known, [_fault(text) for text in dna], said)


def _differing(before: Sequence[str], after: Sequence[str]) -> int:
    return sum(one != two for one, two in zip(before, after, strict=True))


def _are(count: int) -> str:
    return "sequence is" if count == 1 else "sequences are"


def _without_pam(dna: list[str], known: list[str]) -> tuple[list[str], list[str], int]:
    """Sequences without the PAM that most of them end in: that of its own column, or NGG behind twenty letters."""
    glued = [_ends_in_pam(text, pam) for text, pam in zip(dna, known, strict=True)]
    if sum(glued) <= MOSTLY * sum(map(bool, dna)):
        return dna, known, 0
    cut = [text[:-PAM_LENGTH] if is_glued else text for text, is_glued in zip(dna, glued, strict=True)]
    pams = [text[-PAM_LENGTH:] if is_glued else pam for text, pam, is_glued in zip(dna, known, glued, strict=True)]
    return cut, pams, sum(glued)


def _ends_in_pam(text: str, pam: str) -> bool:
    if len(pam) == PAM_LENGTH and text.endswith(pam) and 20 < len(text) <= LONGEST:
        return True
    return len(text) == 20 + PAM_LENGTH and text.endswith("GG")


def _fault(text: str) -> str:
    if not text:
        return "without a sequence"
    if not _BASES.fullmatch(text):
        return "with other letters than A, C, G and T"
    return "" if SHORTEST <= len(text) <= LONGEST else f"not of {SHORTEST} to {LONGEST} letters"
