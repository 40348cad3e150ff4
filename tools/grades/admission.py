"""Grading: what a judge is asked about, and which of its grades can be used."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from db.campaigns.records import IgnoredName
from db.errors import NotFoundError
from db.evidence import existing
from db.genes.names import GeneNames
from db.records import Organism
from db.store import Store
from db.view import View
from tools.genes.network import NETWORK
from tools.grades.judge import Grade, Judgement
from tools.prediction.acquisitions.base import seeded_order

COMPUTED = 500
"""Candidates of highest utility that are graded."""
NEARBY = 250
"""Further ones: neighbours of hits and members of gene sets that hits crowd into."""
LARGEST_SET, MOST_SETS, FEWEST_HITS = 300, 10, 2
REASON_LENGTH = 300
REPORTED = 200
"""Refused names that are listed one by one; the rest are counted."""


@dataclass(frozen=True)
class Nearby:
    """Where candidates near the hits come from, read once for all rounds.

    Attributes:
        edges: Columns a, b and weight.
        sets: Columns collection, gene_set and gene.
    """

    edges: pd.DataFrame
    sets: pd.DataFrame

    @classmethod
    def of(cls, view: View) -> Nearby:
        """What a view knows of networks and gene sets.

        Args:
            view: The door to the store.
        """
        with view.at_once():
            return cls(view.edges(NETWORK), view.gene_sets())

    def neighbours(self, hits: Collection[str]) -> list[str]:
        """Genes with an edge to a hit, by falling sum of weights.

        Args:
            hits: Names of perturbations.
        """
        struck = {gene for name in hits for gene in name.split("+")}
        turned = self.edges.rename(columns={"a": "b", "b": "a"})
        both = pd.concat([self.edges, turned], ignore_index=True)
        near = both[both["a"].isin(struck) & ~both["b"].isin(struck)]
        total = near.groupby("b")["weight"].sum().round(9).sort_index()
        return [str(gene) for gene in total.sort_values(ascending=False, kind="stable").index]

    def fellows(self, hits: Collection[str], tested: Collection[str]) -> list[str]:
        """Members of gene sets with more hits than their share of the tested genes, lowest p first.

        Args:
            hits: Names of perturbations.
            tested: Names of all revealed perturbations.
        """
        from scipy.stats import hypergeom

        struck = {gene for name in hits for gene in name.split("+")}
        seen = {gene for name in tested for gene in name.split("+")}
        keys = ["collection", "gene_set"]
        size = self.sets.groupby(keys)["gene"].transform("size")
        usable = self.sets[size <= LARGEST_SET]
        among = usable[usable["gene"].isin(seen)]
        counts = among.assign(hit=among["gene"].isin(struck)).groupby(keys)["hit"].agg(["size", "sum"])
        counts = counts[counts["sum"] >= FEWEST_HITS]
        if counts.empty:
            return []
        p = hypergeom.sf(counts["sum"] - 1, len(seen), len(struck), counts["size"])
        best = counts.assign(p=p).sort_values("p", kind="stable").head(MOST_SETS)
        members = usable.merge(best.reset_index()[[*keys, "p"]], on=keys)
        members = members.sort_values(["p", *keys, "gene"], kind="stable")
        return [gene for gene in dict.fromkeys(map(str, members["gene"])) if gene not in struck]


def judged_candidates(
    top: Sequence[str],
    others: Collection[str],
    hits: Sequence[str],
    tested: Sequence[str],
    nearby: Nearby,
    rng: np.random.Generator,
) -> tuple[str, ...]:
    """What a judge grades: the computed top, and neighbours and gene sets of the hits, in an order that says nothing.

    Args:
        top: The computed list, `COMPUTED` long where there are so many candidates.
        others: The other candidates.
        hits: Revealed perturbations that count as hits.
        tested: All revealed perturbations.
        nearby: Networks and gene sets.
        rng: Shuffles.
    """
    left = set(others) - set(top)
    sources = [nearby.neighbours(hits), nearby.fellows(hits, tested)] if hits else []
    near = [gene for gene in _by_turns(sources) if gene in left][:NEARBY]
    return tuple(map(str, seeded_order(pd.Index([*top, *near], dtype=object), rng)))


def _by_turns(sources: Sequence[Iterable[str]]) -> list[str]:
    """One of each source after the other, each name once."""
    waiting, found = [iter(source) for source in sources], dict[str, None]()
    while waiting:
        for source in list(waiting):
            name = next(source, None)
            if name is None:
                waiting.remove(source)
            else:
                found.setdefault(name)
    return list(found)


class Admission:
    """Says which grades can be used: of known, unmeasured, not excluded genes, once each, with evidence that exists.

    Args:
        store: Where names and evidence are.
        organism: Whose genes.
        candidates: What may be graded.
        why_not: Says of a known perturbation that is no candidate why it is none.
    """

    def __init__(
        self, store: Store, organism: Organism, candidates: Collection[str], why_not: Callable[[str], str]
    ) -> None:
        self._store = store
        self._organism: Organism = organism
        self._candidates = frozenset(candidates)
        self._why_not = why_not
        self._evidence: dict[str, bool] = {}

    @cached_property
    def _names(self) -> GeneNames | None:
        try:
            return GeneNames.load(self._store, self._organism)
        except NotFoundError:
            # A store without gene names knows its perturbations by their own names alone.
            return None

    def next_round(self, candidates: Collection[str], why_not: Callable[[str], str]) -> Admission:
        """The same for another round, with names and evidence that were looked up before.

        Args:
            candidates: What may be graded now.
            why_not: Says why a known perturbation is no candidate.
        """
        made = Admission(self._store, self._organism, candidates, why_not)
        made._evidence = self._evidence
        made.__dict__["_names"] = self._names
        return made

    def admit(self, judgement: Judgement, results: Collection[str] = ()) -> tuple[tuple[Grade, ...], list[IgnoredName]]:
        """The grades that can be used, and what was refused and why.

        Args:
            judgement: What a judge gave.
            results: Evidence ids of the campaign's own results, which may be cited too.
        """
        meant = self._meanings([one.perturbation for one in judgement.grades])
        self._look_up(judgement.grades, [name for name, why in meant.values() if not why])
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
                kept[name, one.draw] = self._with_evidence(replace(one, perturbation=name), results, ignored)
        ignored += [
            _refusal(name, f"graded {count + 1} times in one draw; the first counts") for name, count in again.items()
        ]
        return tuple(kept.values()), _counted(ignored)

    def _meanings(self, given: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Given name → perturbation and why it cannot be graded (empty where it can)."""
        distinct = list(dict.fromkeys(given))
        parts = {name: [part.strip() for part in name.split("+")] for name in distinct if name not in self._candidates}
        flat = list(dict.fromkeys(part for split in parts.values() for part in split if part))
        found = dict(zip(flat, self._names.resolve(flat), strict=True)) if self._names and flat else {}
        meant: dict[str, tuple[str, str]] = {name: (name, "") for name in distinct if name in self._candidates}
        for name, split in parts.items():
            looked_up = [found.get(part) for part in split]
            unknown = next((one for one in looked_up if one is None or one.gene is None), None)
            symbols = sorted(one.gene.symbol for one in looked_up if one is not None and one.gene is not None)
            perturbation = "+".join(symbols)
            if len(symbols) < len(split):
                meant[name] = (name, unknown.detail if unknown and unknown.detail else f"no gene is named {name!r}")
            elif perturbation in self._candidates:
                meant[name] = (perturbation, "")
            else:
                meant[name] = (perturbation, self._why_not(perturbation))
        return meant

    def _with_evidence(self, grade: Grade, results: Collection[str], ignored: list[IgnoredName]) -> Grade:
        kept = [one for one in dict.fromkeys(grade.evidence) if one in results or self._exists(one)]
        for one in grade.evidence:
            if one not in kept:
                ignored.append(_refusal(one, f"evidence for {grade.perturbation} that does not exist"))
        # What is written of the gene itself is always at hand, so that every reason leads somewhere.
        own = [f"text:{gene}" for gene in grade.perturbation.split("+")]
        kept += [one for one in own if not kept and self._exists(one)]
        return replace(grade, evidence=tuple(kept), reason=" ".join(grade.reason.split())[:REASON_LENGTH])

    def _look_up(self, grades: Sequence[Grade], names: Sequence[str]) -> None:
        """Finds out which evidence is there, all at once: genes, gene sets and edges; a judge has seen no effects."""
        cited = {one for grade in grades for one in grade.evidence}
        cited |= {f"text:{gene}" for name in names for gene in name.split("+")}
        new = [one for one in cited if one not in self._evidence]
        found = existing(self._store, new)
        self._evidence |= {one: one in found for one in new}

    def _exists(self, evidence_id: str) -> bool:
        return self._evidence[evidence_id]


def _refusal(name: str, why: str) -> IgnoredName:
    return IgnoredName(name[:100], why.rstrip("."), "grades")


def _counted(ignored: Sequence[IgnoredName]) -> list[IgnoredName]:
    """Each refusal once, and no more of them than a person reads."""
    distinct = list({(one.name, one.why): one for one in ignored}.values())
    if len(distinct) <= REPORTED:
        return distinct
    return [*distinct[:REPORTED], _refusal("…", f"{len(distinct) - REPORTED} more names could not be used")]


def mean_grades(grades: Iterable[tuple[str, str, float]]) -> dict[str, float]:
    """Mean grade of each perturbation: the mean over graders of each grader's mean over draws.

    Args:
        grades: Perturbation, who graded, and the grade.
    """
    by_grader: dict[str, dict[str, list[float]]] = {}
    for perturbation, by, grade in grades:
        by_grader.setdefault(perturbation, {}).setdefault(by, []).append(grade)
    return {
        name: float(np.mean([np.mean(values) for values in graders.values()])) for name, graders in by_grader.items()
    }
