"""What a blind judge gets to read: the question, the results so far, and descriptions of genes, as data.

Nothing in it comes from a predictor, and nothing from other screens: what the ranking knows already must not be
counted a second time through the judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from agent.settings import Share
from db.evidence_ids import set_id, text_id
from db.genes.perturbation_names import genes_in
from db.records import Organism
from db.view import View
from tools.grades.judge import JudgeTask
from tools.prediction.acquisitions.base import seeded_order
from tools.screens.strength import strength

SUMMARY_LENGTH = 260
SETS_SHOWN, LARGEST_SET = 4, 300
MOST_RESULTS = 150
_MASK_PREFIX = "G"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


@dataclass(frozen=True)
class Knowledge:
    """Descriptions of an organism's genes.

    Attributes:
        names: Symbol → full name.
        texts: Symbol → summary.
        sets: Symbol → its smallest gene sets, each as collection and name.
        synonyms: Symbol → other names of the gene.
    """

    names: Mapping[str, str]
    texts: Mapping[str, str]
    sets: Mapping[str, tuple[tuple[str, str], ...]]
    synonyms: Mapping[str, tuple[str, ...]]


class _Kept:
    """A view that is equal to another one that sees the same gene knowledge."""

    def __init__(self, view: View, organism: Organism) -> None:
        self.view, self.organism = view, organism
        self.key = (view.fingerprint(effects=False), organism)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.key == self.key


def knowledge_of(view: View, organism: Organism) -> Knowledge:
    """What a view says of an organism's genes; read once for each state of the store.

    Args:
        view: The door to the store.
        organism: Whose genes.
    """
    return _knowledge(_Kept(view, organism))


@lru_cache(maxsize=2)
def _knowledge(kept: _Kept) -> Knowledge:
    view = kept.view
    genes, synonyms = view.genes(kept.organism), view.synonyms(kept.organism)
    return Knowledge(
        names=dict(zip(genes["symbol"], genes["name"].fillna(""), strict=True)),
        texts={str(gene): text for gene, text in view.gene_texts("refseq", kept.organism).items()},
        sets=_sets(view.gene_sets()),
        synonyms={str(symbol): tuple(rows["name"]) for symbol, rows in synonyms.groupby("symbol")},
    )


def _sets(members: pd.DataFrame) -> dict[str, tuple[tuple[str, str], ...]]:
    size = members.groupby(["collection", "gene_set"])["gene"].transform("size")
    small = members.assign(size=size)[size <= LARGEST_SET].sort_values(
        ["size", "collection", "gene_set"], kind="stable"
    )
    rows = small.groupby("gene", sort=False).head(SETS_SHOWN)
    found: dict[str, list[tuple[str, str]]] = {}
    for gene, collection, name in zip(rows["gene"], rows["collection"], rows["gene_set"], strict=True):
        found.setdefault(str(gene), []).append((str(collection), str(name)))
    return {gene: tuple(names) for gene, names in found.items()}


@dataclass(frozen=True)
class Mask:
    """Names that stand for perturbations where the judge must not know them; empty where it may.

    Attributes:
        code_of: Perturbation → code.
        synonyms: Symbol → other names of the gene, to be taken out of descriptions.
    """

    code_of: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, task: JudgeTask, knowledge: Knowledge) -> Mask:
        """Codes for everything that a task names, in an order that says nothing.

        Args:
            task: What is asked.
            knowledge: Descriptions of genes.
        """
        if not task.masked:
            return cls()
        known = pd.Index(sorted({*task.candidates, *map(str, task.rounds.effects["perturbation"])}), dtype=object)
        # Codes hold for the whole campaign of one seed only as far as its names do; they carry no order.
        order = seeded_order(known, np.random.default_rng([task.seed, 7]))
        codes = {str(name): f"{_MASK_PREFIX}{number:05d}" for number, name in enumerate(order, 1)}
        return cls(codes, knowledge.synonyms)

    def name(self, perturbation: str) -> str:
        """What the judge reads for a perturbation.

        Args:
            perturbation: Its name.
        """
        return self.code_of.get(perturbation, "") if self.code_of else perturbation

    def text(self, text: str, perturbation: str) -> str:
        """A description without the names of the gene that it describes.

        Args:
            text: The description.
            perturbation: What it describes.
        """
        if not self.code_of:
            return text
        names = {perturbation, *(name for gene in genes_in(perturbation) for name in self.synonyms.get(gene, ()))}
        for name in sorted((one for one in names if len(one) > 1), key=len, reverse=True):
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", "this gene", text, flags=re.IGNORECASE)
        return text

    def unmask(self) -> dict[str, str]:
        """Code → perturbation."""
        return {code: name for name, code in self.code_of.items()}


def clean(text: str, limit: int = SUMMARY_LENGTH) -> str:
    """A text from a file without control characters, cut at a word.

    Args:
        text: The text.
        limit: Characters at most.
    """
    plain = " ".join(_CONTROL.sub(" ", text).split())
    return plain if len(plain) <= limit else plain[:limit].rpartition(" ")[0] + " …"


def question_json(task: JudgeTask) -> dict[str, Any]:
    """The question as plain values; the known hits are left out where names are masked.

    Args:
        task: What is asked.
    """
    asked = task.question
    values: dict[str, Any] = {
        "phenotype": asked.phenotype, "question": asked.text, "organism": asked.organism,
        "cell_type": asked.cell_type, "readout": asked.readout, "perturbation": asked.modality,
        "hits": {"raises": "raise the phenotype", "lowers": "lower the phenotype"}.get(
            asked.direction, "change the phenotype, up or down"
        ),
        "hit_rule": asked.hit_rule,
    }  # fmt: skip
    if asked.positive_controls and not task.masked:
        values["known_hits"] = list(asked.positive_controls)
    return {key: clean(value, 1500) if isinstance(value, str) else value for key, value in values.items() if value}


def results_json(task: JudgeTask, mask: Mask, share: Share) -> dict[str, Any]:
    """The results so far: effects where rows may be shared, else which were hits and how many were not.

    Args:
        task: What is asked.
        mask: How perturbations are called.
        share: What may leave the machine.
    """
    effects = task.rounds.effects
    if effects.empty:
        return {"tested": 0}
    values = pd.Series(effects["estimate"].to_numpy(float), index=pd.Index(effects["perturbation"], dtype=object))
    strengths = strength(values, task.question.side).sort_index().sort_values(ascending=False, kind="stable")
    hits = set(task.hits)
    ordered = [*task.hits, *(str(name) for name in strengths.index if name not in hits)]
    counted = {"tested": len(values), "hits": len(hits)}
    if share != "rows":
        missed = [mask.name(name) for name in ordered[len(task.hits) :]]
        return {
            **counted,
            "hit": [mask.name(name) for name in task.hits][:MOST_RESULTS],
            "no_hit": missed[: MOST_RESULTS // 2],
        }
    rows = []
    for name in ordered[:MOST_RESULTS]:
        row = {"gene": mask.name(name), "effect": float(f"{float(values[name]):.3g}"), "hit": name in hits}
        if name in task.results and not task.masked:
            row["evidence"] = task.results[name]
        rows.append(row)
    return {**counted, "positive_effect": "raises the phenotype", "strongest": rows}


def gene_json(perturbation: str, knowledge: Knowledge, mask: Mask, share: Share) -> dict[str, Any]:
    """What is written of a perturbation's genes.

    Args:
        perturbation: Its name.
        knowledge: Descriptions of genes.
        mask: How it is called.
        share: What may leave the machine.
    """
    described: dict[str, Any] = {"gene": mask.name(perturbation)}
    if share == "names":
        return described
    genes = genes_in(perturbation)
    names = "; ".join(knowledge.names.get(gene, "") for gene in genes).strip("; ")
    texts = " ".join(knowledge.texts.get(gene, "") for gene in genes).strip()
    sets = [one for gene in genes for one in knowledge.sets.get(gene, ())]
    if names and not mask.code_of:
        described["name"] = clean(names)
    if texts:
        described["summary"] = clean(mask.text(texts, perturbation))
    if sets:
        described["gene_sets"] = [clean(mask.text(name.replace("_", " "), perturbation), 90) for _, name in sets]
    if not mask.code_of:
        described["evidence"] = [*(text_id(gene) for gene in genes), *(set_id(c, name) for c, name in sets)]
    return described


def fence(values: Mapping[str, Any]) -> str:
    """Material as JSON that cannot close the fence it stands in.

    Args:
        values: Plain values.
    """
    return json.dumps(values, ensure_ascii=False, sort_keys=False).replace("<", "\\u003c").replace(">", "\\u003e")


def draw_order(candidates: Sequence[str], seed: int, draw: int) -> list[str]:
    """The candidates in the order of one draw.

    Args:
        candidates: What is to be graded.
        seed: Seed of the task.
        draw: Number of the draw.
    """
    names = pd.Index(list(candidates), dtype=object)
    return [str(name) for name in seeded_order(names, np.random.default_rng([seed, 11, draw]))]
