"""What a question's words name: genes, and gene sets whose names are close to them; found once for each question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from db import disk_cache
from db.records import Question
from db.view import View
from tools.genes.knowledge import knowledge_of
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT
from tools.genes.named_in_text import genes_of_question
from tools.genes.sets.matched import VERSION as MATCHED
from tools.genes.sets.matched import matched_sets, with_declared

VERSION = ("question_terms 1", *NAMED_IN_TEXT, *MATCHED)


@dataclass(frozen=True)
class QuestionTerms:
    """What a question names.

    Attributes:
        named: Symbol → full name of each gene, sorted by symbol.
        sets: Weight by collection and gene set, heaviest first, declared sets among them.
    """

    named: Mapping[str, str]
    sets: pd.Series[float]


def terms_of(question: Question, view: View, folder: Path | None = None) -> QuestionTerms:
    """The genes and gene sets that a question names.

    Args:
        question: What is looked for.
        view: The only door to the store; what it hides of effects does not matter here.
        folder: Where they are kept between runs; nowhere if None.
    """
    if folder is None:
        return _found(question, view, None)
    key = disk_cache.computed_key(
        store=[view.fingerprint(effects=False)], versions=VERSION, arguments={"question": question.to_json()}
    )
    path = folder / f"terms-{key}.json"
    held = disk_cache.kept(path, lambda stream: _from_json(json.load(stream)))
    if held is None:
        held = _found(question, view, folder)
        disk_cache.keep_json(path, _to_json(held))
    return held


def _found(question: Question, view: View, folder: Path | None) -> QuestionTerms:
    named, knowledge = genes_of_question(question, view), knowledge_of(view, folder)
    return QuestionTerms(named, with_declared(matched_sets(question, named, knowledge), question.gene_sets, knowledge))


def _to_json(terms: QuestionTerms) -> dict[str, Any]:
    sets = [[*map(str, key), float(weight)] for key, weight in zip(terms.sets.index, terms.sets, strict=True)]
    return {"named": dict(terms.named), "sets": sets}


def _from_json(held: Mapping[str, Any]) -> QuestionTerms:
    keys = [(collection, name) for collection, name, _ in held["sets"]]
    index = pd.MultiIndex.from_tuples(keys, names=["collection", "gene_set"])
    return QuestionTerms(held["named"], pd.Series([one[2] for one in held["sets"]], index, dtype=float))
