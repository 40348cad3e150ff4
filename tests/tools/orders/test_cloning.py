"""What is built around a guide: oligos as their protocols write them, and sites found wherever they arise."""

from __future__ import annotations

import pandas as pd
import pytest

from db.errors import InvalidValueError
from tools.orders.cloning import SITES, cloning_of
from tools.orders.flags import flags_of
from tools.orders.sequences import gc_share, reverse_complement

GUIDE = "GAGTCCGAGCAGAAGAAGAA"


def flagged(*sequences, overhang="", avoid=()):
    return flags_of(pd.DataFrame({"sequence": sequences}), cloning_of(overhang, avoid))


def test_annealed_oligos_leave_the_overhangs_of_the_cut_vector():
    cloning = cloning_of("lentiGuide BsmBI")
    upper, lower = cloning.oligo(GUIDE), cloning.lower_oligo(GUIDE)
    assert upper == "CACCG" + GUIDE
    assert lower == "AAAC" + reverse_complement(GUIDE) + "C"
    # Without the four letters of each overhang the two strands pair.
    assert reverse_complement(upper[4:]) == lower[4:]


def test_a_pool_oligo_is_cut_out_with_the_same_overhangs():
    oligo = cloning_of("lentiGuide-BsmBI-pool").oligo(GUIDE)
    # BsmBI cuts one base behind its site on its own strand, and four bases further on the other.
    start = oligo.index(SITES["BsmBI"]) + len(SITES["BsmBI"]) + 1
    end = oligo.index(reverse_complement(SITES["BsmBI"])) - 1
    assert oligo[start:end] == "CACCG" + GUIDE + "GTTT"


def test_overhangs_can_be_given_in_letters():
    cloning = cloning_of("acgt/TTGA")
    assert cloning.oligo(GUIDE) == f"ACGT{GUIDE}TTGA"
    assert cloning_of("5'-CACC/GTTT-3'").oligo(GUIDE) == f"CACC{GUIDE}GTTT"


@pytest.mark.parametrize("strand", [str, reverse_complement])
def test_a_site_is_found_on_both_strands(strand):
    inside = "ACAC" + strand("CGTCTC") + "ACACACACAC"
    assert "site-BsmBI" in flagged(inside, avoid=["BsmBI"])[0]
    assert "site" not in flagged("ACACACACACACACACACAC", avoid=["BsmBI"])[0]


def test_a_site_that_arises_where_guide_and_overhang_meet_is_found_and_the_flanks_own_is_not():
    assert "site-GTCA" in flagged("CACACACACACACACACAGG", overhang="AAGT/AAAA", avoid=["GTCA"])[0]
    assert "site-BsmBI" not in flagged(GUIDE, overhang="lentiGuide-BsmBI-pool")[0]


def test_letters_that_stand_for_several_bases_are_read():
    assert "site-BlpI" in flagged("ACACGCTAAGCACACACACA", avoid=["blpi"])[0]
    assert "site-BlpI" not in flagged("ACACGCAAAGCACACACACA", avoid=["blpi"])[0]


def test_gc_terminators_starts_and_duplicates_are_flagged():
    low, high, stop = "AATAATAATAATAATAATAA", "GCGCGCGCGCGCGCGCGCGC", "GACACATTTTACACACACAC"
    assert flagged(low, high, stop) == ["GC-low;no-G-start", "GC-high", "TTTT"]
    assert flagged(GUIDE, GUIDE) == ["duplicate", "duplicate"]
    # The limits themselves are allowed.
    assert gc_share("GGGGGGAAAAAAAAAAAAAA") == 0.3
    assert flagged("GGGGGGAAAAAAAAAAAAAA") == [""]


def test_a_terminator_across_the_junction_and_a_start_in_the_overhang_count():
    ends = "GACACACACACACACACATT"
    assert flagged(ends) == [""]
    assert flagged(ends, overhang="CACC/TTGA") == ["TTTT"]
    assert flagged("ACACACACACACACACACAC", overhang="CACCG/GTTT") == [""]


def test_unknown_enzymes_and_schemes_are_refused_with_what_works():
    with pytest.raises(InvalidValueError, match="No enzyme 'BsmB1'") as refused:
        cloning_of("", ["BsmB1"])
    assert "BsmBI" in str(refused.value)
    with pytest.raises(InvalidValueError, match="no scheme") as refused:
        cloning_of("lentiGuide")
    assert "CACCG/GTTT" in refused.value.suggestion
