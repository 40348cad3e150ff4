"""Which candidates a judge is asked about, besides the computed top."""

from __future__ import annotations

import pandas as pd

from tools.grades.judged_candidates import Nearby

MEMBERS = pd.DataFrame(
    [("c", "wide", gene) for gene in ("H1", "H2", "H3", "N1", "N2", "N3", "X2")]
    + [("c", "small", gene) for gene in ("H1", "H2", "X1")]
    + [("c", "without", gene) for gene in ("H3", "N4", "X3")],
    columns=["collection", "gene_set", "gene"],
)
EDGES = pd.DataFrame({"a": ["H1", "X1", "X2"], "b": ["X2", "H2", "H2"], "weight": [0.4, 0.5, 0.3]})
NEARBY = Nearby(EDGES, MEMBERS)
HITS = ["H1", "H2", "H3"]
TESTED = [*HITS, *(f"N{number}" for number in range(1, 30))]


def test_neighbours_come_by_the_sum_of_their_edges_to_hits_whichever_way_they_are_written():
    assert NEARBY.neighbours(HITS) == ["X2", "X1"]


def test_fellows_are_members_of_the_sets_that_hits_crowd_into_the_least_likely_first():
    # By chance all three hits would be among six of 40 genes in 20 of 9,880 draws, and two be a pair in 30 of 7,800.
    assert NEARBY.fellows(HITS, TESTED) == ["N1", "N2", "N3", "X2", "X1"]


def test_hits_that_were_not_tested_make_no_set_likelier():
    untested = [f"U{number}" for number in range(17)]
    assert NEARBY.fellows([*HITS, *untested], TESTED) == NEARBY.fellows(HITS, TESTED)
