"""Sequences of guides: what a cell of a library holds, and what is read off a sequence."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

SHORTEST, LONGEST = 17, 25
"""Nucleotides of a guide: truncated ones of Cas9 to those of Cas12a."""
IS_SEQUENCE = re.compile(r"\s*[ACGTUN]{15,30}\s*", re.IGNORECASE)
PAM_LENGTH = 3
MOSTLY = 0.9
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

    sequences: pd.Series[str]
    pams: pd.Series[str]
    faults: pd.Series[str]
    said: tuple[str, ...]


def read_sequences(cells: pd.Series[str], pams: pd.Series[str] | None = None) -> ReadSequences:
    """Reads the sequences of a library.

    Args:
        cells: As the file has them.
        pams: The cells of its column of PAMs, if there is one.
    """
    bare = cells.astype(str).str.replace(r"[\s-]", "", regex=True)
    upper = bare.str.upper()
    dna = upper.str.replace("U", "T", regex=False)
    told = [(int((bare != upper).sum()), "in lower case, written in capitals")]
    told.append((int((upper != dna).sum()), "of RNA, written as DNA"))
    known = pd.Series("", index=cells.index) if pams is None else pams.astype(str).str.strip().str.upper()
    dna, known, cut = _without_pam(dna, known)
    told.append((cut, "with its PAM behind it, which was cut off"))
    said = tuple(f"{count:,} {_are(count)} {what}." for count, what in told if count)
    return ReadSequences(dna, known, _faults(dna), said)


def _are(count: int) -> str:
    return "sequence is" if count == 1 else "sequences are"


def _without_pam(dna: pd.Series[str], known: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str], int]:
    """Sequences without the PAM that most of them end in: that of its own column, or NGG behind twenty letters."""
    there = dna.str.len() > 0
    if not there.any():
        return dna, known, 0
    glued = (dna.str.len() == 20 + PAM_LENGTH) & dna.str.endswith("GG")
    own = [bool(pam) and one.endswith(pam) for one, pam in zip(dna, known, strict=True)]
    glued |= pd.Series(own, index=dna.index) & (dna.str.len() > 20) & (dna.str.len() <= LONGEST)
    if glued.sum() <= MOSTLY * there.sum():
        return dna, known, 0
    return (
        dna.where(~glued, dna.str[:-PAM_LENGTH]),
        known.where(~glued, dna.str[-PAM_LENGTH:]),
        int(glued.sum()),
    )


def _faults(dna: pd.Series[str]) -> pd.Series[str]:
    faults = pd.Series("", index=dna.index)
    length = dna.str.len()
    faults[~length.between(SHORTEST, LONGEST)] = f"not of {SHORTEST} to {LONGEST} letters"
    faults[~dna.str.fullmatch("[ACGT]*")] = "with other letters than A, C, G and T"
    faults[length == 0] = "without a sequence"
    return faults
