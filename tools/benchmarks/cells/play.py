"""Cells that are named while held out, by every member."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.benchmarks.cells.report import GenesBy, Member
from tools.cells.fitting import folds, recoded
from tools.cells.heads.base import DEFAULT as HEAD
from tools.cells.reading import Texts
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors.base import DEFAULT as VECTORS
from tools.registry import load, names

MAJORITY = "majority"
TOGETHER = "expression_text"
GENES_BY: tuple[GenesBy, ...] = ("texts", "random")
ALONE: tuple[GenesBy, ...] = ("",)
Given = Mapping[Member, Codes]


@dataclass(frozen=True, eq=False)
class Split:
    """A reference, and cells that are named by it together.

    Attributes:
        reference: Cells × genes.
        codes: Their labels, numbers of the whole set.
        query: Cells × the same genes.
        true: What these are, −1 for what the reference does not have.
        donors: Of each cell of the reference.
    """

    reference: csr_matrix
    codes: Codes
    query: csr_matrix
    true: Codes
    donors: Texts

    def few(self, count: int, rng: np.random.Generator) -> Split:
        """The same with so many cells of each label in the reference.

        Args:
            count: How many at most.
            rng: Draws them.
        """
        order = rng.permutation(len(self.codes))
        rank = np.empty(len(order), dtype=np.int64)
        for code in np.unique(self.codes):
            own = order[self.codes[order] == code]
            rank[own] = np.arange(len(own))
        kept = np.flatnonzero(rank < count)
        return replace(self, reference=self.reference[kept], codes=self.codes[kept], donors=self.donors[kept])


@dataclass(frozen=True, eq=False)
class Setting:
    """What is played.

    Attributes:
        splits: Each reference and the cells that it names.
        own_scale: Whether cells that are asked about are scaled by themselves.
        genes: By what genes are known → their vectors; ``""`` has no column.
    """

    splits: Sequence[Split]
    own_scale: bool
    genes: Mapping[str, Floats]

    @property
    def true(self) -> Codes:
        """The labels of the cells that are judged, in the order of the splits."""
        return np.concatenate([one.true[one.true >= 0] for one in self.splits])


def within(amounts: csr_matrix, codes: Codes, donors: Texts, rng: np.random.Generator) -> list[Split]:
    """Each donor held out in turn, or each of five folds.

    Args:
        amounts: Cells × genes.
        codes: Their labels.
        donors: Of each cell.
        rng: Draws folds.
    """
    found = []
    for learnt, left in folds(codes, donors, rng):
        known = np.isin(codes[left], codes[learnt])
        true = np.where(known, codes[left], -1)
        found.append(Split(amounts[learnt], codes[learnt], amounts[left], true, donors[learnt]))
    return found


def members(genes: Mapping[str, Floats], vectors: Sequence[str] = (), heads: Sequence[str] = ()) -> list[Member]:
    """Every vector under every head, those that rest on texts with random vectors of genes too.

    Args:
        genes: By what genes are known.
        vectors: Vectors; all where empty.
        heads: Heads; all where empty.
    """
    found = []
    for name in vectors or names("cell_vectors"):
        known = tuple(one for one in GENES_BY if one in genes) if load("cell_vectors", name)().TEXTS else ALONE
        found += [Member(name, head, by) for by in known for head in heads or names("cell_heads")]
    return found


def is_default(member: Member) -> bool:
    """Whether a member is what cells are named by where nothing is said.

    Args:
        member: The member.
    """
    return (member.vectors, member.head) == (VECTORS, HEAD) and member.genes_by != "random"


def play(setting: Setting, asked: Sequence[Member], report: Callable[[float, str], None]) -> dict[Member, Codes]:
    """The label that each member gives each judged cell.

    Args:
        setting: What is played.
        asked: The members.
        report: Called with the share that is done, and a word on it.
    """
    given: dict[Member, list[Codes]] = {one: [] for one in asked}
    kinds = list(dict.fromkeys((one.vectors, one.genes_by) for one in asked))
    for number, split in enumerate(setting.splits):
        codes, there = recoded(split.codes)
        for place, (vectors, by) in enumerate(kinds):
            report((number + place / len(kinds)) / len(setting.splits), f"{vectors} {by}".strip())
            own, theirs = _vectors(setting, split, codes, vectors, by)
            for one in (one for one in asked if (one.vectors, one.genes_by) == (vectors, by)):
                beliefs = load("cell_heads", one.head)().fit(own, codes).beliefs(theirs)
                given[one].append(there[beliefs.argmax(axis=1)][split.true >= 0])
    return {one: np.concatenate(parts) for one, parts in given.items()}


def majority(setting: Setting) -> Codes:
    """The commonest label of each reference, for every judged cell.

    Args:
        setting: What is played.
    """
    return np.concatenate([
        np.full(int((one.true >= 0).sum()), np.bincount(one.codes).argmax()) for one in setting.splits
    ])  # fmt: skip


def _vectors(setting: Setting, split: Split, codes: Codes, vectors: str, by: str) -> tuple[Floats, Floats]:
    fit = load("cell_vectors", vectors)().fit(split.reference, codes, setting.genes[by])
    own: npt.NDArray[np.float32]
    own, theirs = (
        fit.of(amounts[:, fit.places], own_scale=setting.own_scale) for amounts in (split.reference, split.query)
    )
    return own, theirs
