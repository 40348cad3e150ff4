"""Which genes the cells of a question do not express, by a public table of tissues and cell lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from db.genes.expression import expression_columns, expression_in
from db.store import Store

DETECTED = 1.0
"""Normalised expression from which the Human Protein Atlas counts a gene as detected."""
_FAMILIES = (
    (r"\bthymocytes?\b|\bthymus\b", "thymus"),
    (r"\bt[- ]?(?:cells?|lymphocytes?|conv)\b|\bcd[48]\b|\bt(?:eff|regs?|h\d+)\b", "T-cells"),
    (r"\bnk\b|\bnatural killer\b", "NK-cells"),
    (r"\bb[- ]?(?:cells?|lymphocytes?)\b", "B-cells"),
    (r"\bmonocytes?\b(?![- ]derived)", "monocytes"),
    (r"\bdendritic\b", "dendritic cells"),
    (r"\bneutrophils?\b|\bgranulocytes?\b", "granulocytes"),
    (r"\bpbmcs?\b", "total PBMC"),
    (r"\bbone marrow\b(?![- ]derived)|\bhspcs?\b|\bhematopoietic stem\b|\bhaematopoietic stem\b", "bone marrow"),
    (r"\bhepatocytes?\b|\bliver\b", "liver"),
    (r"\bneurons?\b|\bcortex\b|\bcortical\b", "cerebral cortex"),
    (r"\bcardiomyocytes?\b|\bheart\b", "heart muscle"),
    (r"\bmyotubes?\b|\bskeletal muscle\b", "skeletal muscle"),
    (r"\badipocytes?\b|\badipose\b", "adipose tissue"),
    (r"\bkidney\b", "kidney"),
    (r"\blung\b", "lung"),
    (r"\bcolon\b", "colon"),
    (r"\bpancreas\b|\bpancreatic\b", "pancreas"),
    (r"\bprostate\b", "prostate"),
    (r"\bspleen\b|\bsplenocytes?\b", "spleen"),
    (r"\bretina\b", "retina"),
)
"""Words of a cell type → the column that its cells make up or are part of; the first that fits counts."""
_OTHER_NAMES = {"rpe1": "hTERT-RPE1", "hek293t": "HEK 293", "293t": "HEK 293", "hek": "HEK 293", "helas3": "HeLa"}
_MARKER = re.compile(r"(?:cd\d+[a-z]?|th\d+)", re.I)


@dataclass(frozen=True)
class Unexpressed:
    """Genes that the cells of a question do not express.

    Attributes:
        column: Tissue or cell line that stands for the cells; empty where none does.
        genes: Symbols of the human genes that were looked for there and not detected.
    """

    column: str = ""
    genes: frozenset[str] = field(default_factory=frozenset)

    @property
    def flag(self) -> str:
        """What a nomination of such a gene is flagged by."""
        return f"not expressed in {self.column}"


def unexpressed(store: Store, cell_type: str) -> Unexpressed:
    """The genes below `DETECTED` in the tissue or line that stands for a cell type; none where nothing does.

    Args:
        store: The store; empty of expression where the pack was not fetched.
        cell_type: As a question says it.
    """
    if not cell_type.strip():
        return Unexpressed()
    with store.read():
        column = column_of(cell_type, expression_columns(store))
        if not column:
            return Unexpressed()
        values = expression_in(store, column)
    return Unexpressed(column, frozenset(values.index[values < DETECTED]))


def column_of(cell_type: str, columns: Sequence[str]) -> str:
    """The column that stands for a cell type: the line of its name, else the tissue or blood cell of its words.

    A line is meant where its name stands in the text, whatever the hyphens and blanks (K562, HEK293); names of letters
    alone that are short must be written as the line is (TIME is no time). Words count only where no other name with
    figures stands there: of Calu-3 lung cells nothing is known, for a line is not the tissue that it comes from. What
    was made of a line counts as the line (A549-ACE2); macrophages are neither monocytes nor bone marrow.

    Args:
        cell_type: As a question says it.
        columns: Names of tissues and lines.

    Returns:
        The column; empty where none stands for the cells.
    """
    words = re.findall(r"[A-Za-z0-9./+-]+", cell_type)
    runs = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 4, len(words)) + 1)}
    runs |= {"-".join(parts[:n]) for word in words for parts in [word.split("-")] for n in range(1, len(parts))}
    plain = {_plain(run) for run in runs}
    named = [column for column in columns if _is_line(column) and _is_named(column, runs, plain)]
    if named:
        return max(named, key=lambda column: (len(_plain(column)), column))
    others = [_OTHER_NAMES[run] for run in sorted(plain) if _OTHER_NAMES.get(run) in columns]
    if others:
        return others[0]
    if any(_is_other_line(word) for word in words):
        return ""
    text = cell_type.lower()
    families = [column for pattern, column in _FAMILIES if column in columns and re.search(pattern, text)]
    tissues = [column for column in columns if column.islower() and re.search(rf"\b{re.escape(column)}\b", text)]
    derived = re.search(r"\bderived\b", text) is not None
    return next(iter([*families, *([] if derived else tissues)]), "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_line(column: str) -> bool:
    """Whether a column is a cell line: tissues are written small, and blood cells are among the families."""
    return not column.islower() and column not in {family for _, family in _FAMILIES}


def _is_named(column: str, runs: set[str], plain: set[str]) -> bool:
    short = column.isalpha() and len(column) <= 4
    return column in runs if short else _plain(column) in plain


def _is_other_line(word: str) -> bool:
    """Whether a word looks like the name of a cell line: letters and figures, and no marker such as CD4+."""
    bare = word.strip("+-./")
    return bool(re.search(r"[A-Za-z]", bare) and re.search(r"\d", bare)) and not all(
        _MARKER.fullmatch(part) or part.isalpha() for part in re.split(r"[+/-]+", bare) if part
    )
