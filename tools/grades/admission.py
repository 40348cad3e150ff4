"""Admission: which of a judge's grades can be used, and why others cannot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from db.campaigns.records import IgnoredName
from db.errors import NotFoundError
from db.evidence import existing
from db.evidence_ids import text_id
from db.genes.names import GeneNames
from db.genes.perturbation_names import genes_in, name_of_genes
from db.genes.resolutions import Resolution
from db.records import Organism
from db.store import Store
from tools.grades.judge import Grade, Judgement

REASON_LENGTH = 300
REPORTED = 200
"""Refused names that are listed one by one; the rest are counted."""


@dataclass
class NamesAndEvidence:
    """What names of an organism's genes mean and which evidence exists, looked up once for all rounds.

    Attributes:
        store: Where names and evidence are.
        organism: Whose genes.
    """

    store: Store
    organism: Organism
    _found: dict[str, bool] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _names(self) -> GeneNames | None:
        try:
            return GeneNames.load(self.store, self.organism)
        except NotFoundError:
            # A store without gene names knows its perturbations by their own names alone.
            return None

    def perturbations(self, given: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Given name → the perturbation in approved symbols, and why it is none (empty where it is one).

        Args:
            given: Names such as ``A`` or ``A+B``.
        """
        parts = {name: genes_in(name) for name in given}
        flat = list(dict.fromkeys(part for split in parts.values() for part in split if part))
        found = dict(zip(flat, self._names.resolve(flat), strict=True)) if self._names and flat else {}
        return {name: _perturbation(name, [found.get(part) for part in split]) for name, split in parts.items()}

    def existing_evidence(self, evidence: Collection[str]) -> frozenset[str]:
        """Those of some evidence ids that lead to a row of the store.

        Args:
            evidence: Ids of genes' texts, gene sets and edges, looked up all at once.
        """
        new = [one for one in evidence if one not in self._found]
        there = existing(self.store, new)
        self._found |= {one: one in there for one in new}
        return frozenset(one for one in evidence if self._found[one])


def _perturbation(name: str, parts: Sequence[Resolution | None]) -> tuple[str, str]:
    symbols = sorted(one.gene.symbol for one in parts if one is not None and one.gene is not None)
    if len(symbols) == len(parts):
        return name_of_genes(symbols), ""
    unknown = next(one for one in parts if one is None or one.gene is None)
    return name, unknown.detail if unknown and unknown.detail else f"no gene is named {name!r}"


@dataclass(frozen=True)
class Admission:
    """Says which grades can be used: of known, unmeasured, not excluded genes, once each, with evidence that exists.

    Attributes:
        known: What names mean and which evidence exists; shared by the rounds of a campaign.
        candidates: What may be graded.
        why_not: Says of a known perturbation that is no candidate why it is none.
    """

    known: NamesAndEvidence
    candidates: frozenset[str]
    why_not: Callable[[str], str]

    def admit(self, judgement: Judgement, results: Collection[str] = ()) -> tuple[tuple[Grade, ...], list[IgnoredName]]:
        """The grades that can be used, and what was refused and why.

        Args:
            judgement: What a judge gave.
            results: Evidence ids of the campaign's own results, which may be cited too.
        """
        meant = self._meanings([one.perturbation for one in judgement.grades])
        there = self._there(judgement.grades, [name for name, why in meant.values() if not why]) | frozenset(results)
        kept: dict[tuple[str, int], Grade] = {}
        ignored: list[IgnoredName] = list(judgement.ignored)
        again: Counter[str] = Counter()
        for one in judgement.grades:
            name, why = meant[one.perturbation]
            if not why and not (math.isfinite(one.grade) and 0 <= one.grade <= 4):
                why = f"{one.grade:g} is no grade from 0 to 4"
            if not why and (name, one.draw) in kept:
                again[name] += 1
            elif why:
                ignored.append(_refusal(one.perturbation, why))
            else:
                kept[name, one.draw] = _with_evidence(replace(one, perturbation=name), there, ignored)
        ignored += [
            _refusal(name, f"graded {count + 1} times in one draw; the first counts") for name, count in again.items()
        ]
        return tuple(kept.values()), _counted(ignored)

    def _meanings(self, given: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Given name → perturbation and why it cannot be graded (empty where it can)."""
        distinct = list(dict.fromkeys(given))
        meant = {name: (name, "") for name in distinct if name in self.candidates}
        others = self.known.perturbations([name for name in distinct if name not in meant])
        for name, (perturbation, why) in others.items():
            told = why or ("" if perturbation in self.candidates else self.why_not(perturbation))
            meant[name] = (perturbation, told)
        return meant

    def _there(self, grades: Sequence[Grade], names: Sequence[str]) -> frozenset[str]:
        """Which evidence exists of what is cited and of the genes' own: a judge has seen no effects."""
        cited = {one for grade in grades for one in grade.evidence}
        return self.known.existing_evidence(cited | {text_id(gene) for name in names for gene in genes_in(name)})


def _with_evidence(grade: Grade, there: Collection[str], ignored: list[IgnoredName]) -> Grade:
    kept = [one for one in dict.fromkeys(grade.evidence) if one in there]
    for one in grade.evidence:
        if one not in kept:
            ignored.append(_refusal(one, f"evidence for {grade.perturbation} that does not exist"))
    # What is written of the gene itself is always at hand, so that every reason leads somewhere.
    own = [text_id(gene) for gene in genes_in(grade.perturbation)]
    kept += [one for one in own if not kept and one in there]
    return replace(grade, evidence=tuple(kept), reason=" ".join(grade.reason.split())[:REASON_LENGTH])


def _refusal(name: str, why: str) -> IgnoredName:
    return IgnoredName(name[:100], why.rstrip("."), "grades")


def _counted(ignored: Sequence[IgnoredName]) -> list[IgnoredName]:
    """Each refusal once, and no more of them than a person reads."""
    distinct = list({(one.name, one.why): one for one in ignored}.values())
    if len(distinct) <= REPORTED:
        return distinct
    return [*distinct[:REPORTED], _refusal("…", f"{len(distinct) - REPORTED} more names could not be used")]
