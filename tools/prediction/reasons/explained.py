"""Reasons: why a candidate stands where it does, each clause a fact that leads to a row of the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from db.evidence_ids import edge_id, set_id, text_id
from db.genes.perturbation_names import genes_among, genes_in
from db.records import Question
from db.view import View
from tools.genes.network import NETWORK, both_ways
from tools.genes.question_terms import QuestionTerms
from tools.genes.sets.statistics import crowded_sets
from tools.prediction.features.essentiality import PROPERTIES as ESSENTIALITY
from tools.prediction.reasons.effects import Raised, add_effects
from tools.prediction.reasons.facts import Clauses, Reason, signed
from tools.prediction.records import Posterior, Rounds

MOST_SETS, MOST_EDGES = 2, 3
FEWEST_HITS_IN_SET = 2
SET_P = 0.01


def explain(
    view: View,
    effects: pd.DataFrame,
    question: Question,
    terms: QuestionTerms,
    posterior: Posterior,
    rounds: Rounds,
    hits: Sequence[str],
    perturbations: Sequence[str],
    raised: Raised | None = None,
) -> dict[str, Reason]:
    """Reasons from strong effects in other screens, gene sets, network neighbours and essentiality.

    Args:
        view: What the prediction could see.
        effects: The effects that it could see (`db.view.View.effects`).
        question: What is looked for.
        terms: What the question names.
        posterior: What is believed of the candidates.
        rounds: Effects revealed so far.
        hits: Revealed perturbations that count as hits.
        perturbations: Names of candidates.
        raised: How far screens of the same phenotype raise chances.
    """
    wanted = list(dict.fromkeys(perturbations))
    targets = {name: genes_in(name) for name in wanted}
    genes = {gene for parts in targets.values() for gene in parts}
    clauses = Clauses()
    add_effects(clauses, view, effects, question, targets, raised or {})
    # Of a set no other members are looked at than those that are asked about and those that were tested.
    sets = view.gene_sets(genes=genes | genes_among(rounds.effects["perturbation"]))
    _add_hit_sets(clauses, sets, targets, hits, rounds)
    edges = view.edges(NETWORK, genes={*genes_among(hits), *terms.named})
    _add_neighbours(clauses, edges, targets, genes, hits, "hits so far")
    _add_question(clauses, terms, sets, edges, targets, genes)
    _add_essentiality(clauses, view, targets)
    return {name: _reason(name, clauses, posterior) for name in wanted}


def _reason(name: str, clauses: Clauses, posterior: Posterior) -> Reason:
    facts = clauses.facts.get(name, [])
    if facts:
        evidence = dict.fromkeys(one for fact in facts for one in fact.evidence)
        return Reason("; ".join(fact.text for fact in facts), tuple(evidence), tuple(facts))
    if name in posterior.frame.index and float(posterior.frame["support"].loc[name]) > 0:
        said = {key: float(values.loc[name]) for key, values in posterior.contributions.items() if name in values.index}
        word = {
            "other_screens": "genes like it came out of other screens",
            "rounds": "genes like it came out of the rounds",
        }
        best = max((key for key in said if key in word), key=lambda key: said[key], default="")
        if best and said[best] > 0:
            return Reason(f"no strong fact of its own; {word[best]}", ())
        return Reason("no strong fact of its own: its place rests on weak features alone", ())
    return Reason("no evidence: no source knows more of it than its name", ())


def _add_hit_sets(
    clauses: Clauses, sets: pd.DataFrame, targets: Mapping[str, list[str]], hits: Sequence[str], rounds: Rounds
) -> None:
    """Gene sets with more hits than their share of the tested genes, by the hypergeometric upper tail."""
    tested = genes_among(rounds.effects["perturbation"])
    struck = genes_among(hits)
    if len(struck) < FEWEST_HITS_IN_SET:
        return
    crowded = crowded_sets(sets, struck, tested, FEWEST_HITS_IN_SET)
    keys, asked = ["collection", "gene_set"], {gene for parts in targets.values() for gene in parts}
    holding = sets[sets["gene"].isin(asked)].merge(crowded[crowded["p"] <= SET_P], on=keys)
    holding = holding.sort_values(["p", *keys], kind="stable")
    for name, rows in _of_each(targets, holding, "gene"):
        once = {(row.collection, row.gene_set): row for row in reversed(rows)}
        for row in [row for row in rows if once[row.collection, row.gene_set] is row][:MOST_SETS]:
            text = f"in {_readable(str(row.gene_set))}, {row.overlap} of whose {row.size} tested genes are hits"
            clauses.add(name, text, [set_id(str(row.collection), str(row.gene_set))])


def _of_each(targets: Mapping[str, list[str]], frame: pd.DataFrame, column: str) -> list[tuple[str, list[Any]]]:
    """The targets one of whose genes is in a column, each with its rows, in their order: looked for in one go."""
    rows = list(frame.itertuples(index=False))
    places: dict[str, list[int]] = {}
    for place, gene in enumerate(frame[column]):
        places.setdefault(gene, []).append(place)
    found = []
    for name, genes in targets.items():
        if there := sorted({place for gene in genes for place in places.get(gene, ())}):
            found.append((name, [rows[place] for place in there]))
    return found


def _readable(gene_set: str) -> str:
    """A set's name as words."""
    return gene_set.replace("_", " ")


def _add_neighbours(
    clauses: Clauses,
    edges: pd.DataFrame,
    targets: Mapping[str, list[str]],
    genes: Collection[str],
    others: Collection[str],
    what: str,
) -> None:
    """STRING neighbours among some genes."""
    wanted = genes_among(others)
    edges = edges[
        (edges["a"].isin(genes) & edges["b"].isin(wanted)) | (edges["b"].isin(genes) & edges["a"].isin(wanted))
    ]
    both = both_ways(edges)
    near = both[both["a"].isin(genes) & both["b"].isin(wanted) & (both["a"] != both["b"])]
    near = near.sort_values(["weight", "b"], ascending=[False, True], kind="stable")
    for name, rows in _of_each(targets, near, "a"):
        mine = [row for row in rows if row.b not in targets[name]]
        if not mine:
            continue
        shown = mine[:MOST_EDGES]
        more = f" and {len(mine) - len(shown)} more" if len(mine) > len(shown) else ""
        ends = [(row.b, row.a) if row.turned else (row.a, row.b) for row in shown]
        ids = [edge_id(NETWORK, str(first), str(second)) for first, second in ends]
        clauses.add(name, f"STRING neighbour of {', '.join(row.b for row in shown)}{more} ({what})", ids)


def _add_question(
    clauses: Clauses,
    terms: QuestionTerms,
    sets: pd.DataFrame,
    edges: pd.DataFrame,
    targets: Mapping[str, list[str]],
    genes: Collection[str],
) -> None:
    """Genes that the question names, and gene sets whose names are alike to it."""
    for name, parts in targets.items():
        for gene in parts:
            if gene in terms.named:
                clauses.add(name, f"the question names {gene}", [text_id(gene)])
    holding = sets[sets["gene"].isin(genes)].merge(
        terms.sets.rename("weight").reset_index(), on=["collection", "gene_set"]
    )
    holding = holding.sort_values(["weight", "gene_set"], ascending=[False, True], kind="stable")
    for name, (first, *_) in _of_each(targets, holding, "gene"):
        text = f"in {_readable(str(first.gene_set))}, whose name is close to the question"
        clauses.add(name, text, [set_id(str(first.collection), str(first.gene_set))])
    _add_neighbours(clauses, edges, targets, genes, terms.named, "named in the question")


def _add_essentiality(clauses: Clauses, view: View, targets: Mapping[str, list[str]]) -> None:
    """A caution: losing a common essential gene moves many phenotypes by way of growth."""
    common = view.gene_values(ESSENTIALITY[0])
    essential = set(common[common > 0].index)
    effect = view.gene_values("depmap_effect")
    for name, genes in targets.items():
        for gene in genes:
            if gene in essential:
                size = f" (DepMap effect {signed(float(effect[gene]))})" if gene in effect.index else ""
                clauses.add(name, f"common essential{size}: its effect may be one on growth", [], against=True)
