"""Screens from files: what is taken, what is kept aside and why, and what the store holds afterwards."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, RefusedFileError
from db.provenance import notes_of
from db.screens.reading import controls_of, effects_of, list_screens, source_names
from tools.screens.ingestion.adding import add_screen
from tools.screens.ingestion.harmonised_table import harmonise_file
from tools.screens.tables.reading import Reading


@pytest.fixture
def add(named_workspace):
    """Adds a file with a phenotype and a sign, unless the test says otherwise."""

    def adding(path, **options):
        return add_screen(named_workspace, path, **{"phenotype": "x", "positive_means": "raises", **options})

    return adding


def reasons(added) -> dict[str, int]:
    return {noted.reason: noted.rows for noted in added.kept_aside}


def effect(workspace, added, gene):
    effects = effects_of(workspace.store, added.screen.id).set_index("perturbation")
    return effects.loc[gene]


# Taken and kept aside ----------------------------------------------------------------------------


def test_a_clean_file_is_taken_whole(add, simple, named_workspace, genes):
    added = add(simple(), name="clean", study="Mine 2026", cell_type="Jurkat", modality="knockout")
    assert (added.rows_read, added.effects, added.kept_aside, added.flags) == (50, 50, (), ())
    assert (added.screen.study, added.screen.cell_type, added.screen.modality) == ("Mine 2026", "Jurkat", "knockout")
    effects = effects_of(named_workspace.store, added.screen.id)
    assert effects["perturbation"].tolist() == sorted(genes)
    assert effect(named_workspace, added, "AARS1")["estimate"] == -2.5


def test_unresolved_names_are_kept_aside_with_near_ones(add, simple, named_workspace):
    added = add(simple(extra=["VAV9,1,0.5"]))
    assert reasons(added) == {"unresolved": 1}
    assert "VAV1" in added.kept_aside[0].examples[0]
    with named_workspace.store.read() as connection:
        note = notes_of(connection, added.ingest_id)[0]
    assert (note.line, note.name, note.source_row["estimate"]) == (52, "VAV9", "1.0")


def test_ambiguous_names_are_kept_aside_with_their_choices(add, simple):
    added = add(simple(extra=["TAZ,1,0.5"]))
    assert reasons(added) == {"ambiguous": 1}
    for choice in ("TAFAZZIN", "WWTR1"):
        assert choice in added.kept_aside[0].examples[0]


@pytest.mark.parametrize("date", ["1-Mar", "02.Mar", "Mar-1", "2021-03-01"])
def test_dates_are_kept_aside_and_never_guessed(add, simple, date):
    added = add(simple(extra=[f"{date},1,0.5"]))
    assert reasons(added) == {"date": 1}
    assert "MARCHF" in added.kept_aside[0].examples[0]


def test_an_identifier_column_settles_what_a_name_leaves_open(add, write_file, simple):
    rows = simple().read_text().splitlines()
    table = [f"{rows[0]},entrez", *(f"{row}," for row in rows[1:]), "TAZ,1,0.5,25937"]
    added = add(write_file("\n".join(table), "with_ids.csv"))
    assert added.kept_aside == ()
    assert added.effects == 51


def test_a_gene_twice_with_different_values_is_kept_aside_whole(add, simple):
    added = add(simple(extra=["IL2,1.7,0.5"]))
    assert reasons(added) == {"duplicate": 2}
    assert added.effects == 49
    assert "declare replicates" in added.kept_aside[0].examples[0]


def test_a_gene_twice_with_equal_values_counts_once(add, simple, named_workspace):
    added = add(simple({"IL2": "IL2,1.7,0.5"}, extra=["IL2,1.7,0.5"]))
    assert reasons(added) == {"duplicate": 1}
    assert effect(named_workspace, added, "IL2")["estimate"] == 1.7


def test_of_an_old_and_the_approved_symbol_the_approved_row_is_used(add, simple, named_workspace):
    added = add(simple({"IL2RA": "IL2RA,1.7,0.5"}, extra=["CD25,-3,0.5"]))
    assert reasons(added) == {"duplicate": 1}
    assert added.kept_aside[0].examples[0].startswith("CD25: Lines 29, 52 ")
    assert effect(named_workspace, added, "IL2RA")["estimate"] == 1.7


@pytest.mark.parametrize(
    ("value", "reason"),
    [("NA", "missing"), ("", "missing"), ("nan", "missing"), ("inf", "not-finite"), ("-inf", "not-finite")],
)
def test_effects_that_are_no_finite_numbers_are_kept_aside(add, simple, value, reason):
    added = add(simple({"IL2": f"IL2,{value},0.5"}))
    assert reasons(added) == {reason: 1}
    assert added.effects == 49


@pytest.mark.parametrize("p", ["-0.1", "1.01", "7"])
def test_p_outside_its_range_is_kept_aside(add, simple, p):
    added = add(simple({"IL2": f"IL2,1,{p}"}))
    assert reasons(added) == {"p-out-of-range": 1}


@pytest.mark.parametrize("p", ["0", "1e-400"])
def test_p_of_zero_is_legal_and_flagged(add, simple, named_workspace, p):
    added = add(simple({"IL2": f"IL2,1,{p}"}), strict=True)
    assert [(noted.reason, noted.rows) for noted in added.flags] == [("p-zero", 1)]
    assert effect(named_workspace, added, "IL2")["p_high"] == 0


def test_p_below_single_precision_is_not_rounded_to_zero(add, simple, named_workspace):
    added = add(simple({"IL2": "IL2,1,1e-300"}))
    assert effect(named_workspace, added, "IL2")["p_high"] == 5e-301
    assert added.flags == ()


def test_controls_are_kept_apart_by_whole_names(add, simple, named_workspace):
    names = ["Non-Targeting", "NTC_12", "safe-targeting", "AAVS1"]
    added = add(simple(extra=[f"{name},0.1,0.5" for name in names]))
    assert reasons(added) == {"control": 4}
    assert sorted(controls_of(named_workspace.store, added.screen.id)["name"]) == sorted(names)
    measured = set(effects_of(named_workspace.store, added.screen.id)["perturbation"])
    assert {"CTRL", "KNTC1", "NEGR1"} <= measured


def test_a_declared_control_stands_for_its_numbered_forms_and_for_no_gene(add, simple):
    added = add(simple(extra=["NO_SITE_1,0.1,0.5", "no_site_2,0.1,0.5", "NO_SITE,0.1,0.5"]), controls=("NO_SITE", "IL"))
    assert reasons(added) == {"control": 3}


def test_effects_without_a_sign_are_stored_as_they_are_and_no_gene_speaks_for_a_sign(add, write_file, named_workspace):
    rows = [f"{name},{2 + place}" for place, name in enumerate(["IL2", "LAT", "CD5", "MYC"])]
    path = write_file("\n".join(["gene,lfc", *rows]))
    added = add(path, positive_means="unsigned", readout_gene="IL2", modality="knockout", hit_rule="|score|>3.5")
    assert added.hits == 2
    assert effect(named_workspace, added, "LAT")["estimate"] == 3
    assert "not which way" in added.sign_evidence


def test_effects_below_zero_have_a_sign_and_effects_without_one_lie_on_no_side(add, simple):
    with pytest.raises(ConflictError, match="below zero"):
        add(simple({"IL2": "IL2,-1.7,0.5"}), positive_means="unsigned")
    with pytest.raises(InvalidValueError, match="lie on no side"):
        add(simple(), positive_means="unsigned", side="high")


def test_declared_controls_are_kept_apart_too(add, simple, named_workspace):
    added = add(simple(extra=["my control,0.1,0.5"]), controls=("My Control", "MYC"))
    assert reasons(added) == {"control": 2}
    assert sorted(controls_of(named_workspace.store, added.screen.id)["name"]) == ["MYC", "my control"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("QQQ1,1,0.5", "unresolved"),
        ("TAZ,1,0.5", "ambiguous"),
        ("1-Mar,1,0.5", "date"),
        ("IL2,1.9,0.5", "duplicate"),
        ("TP53,NaN,0.5", "missing"),
        ("TP53,inf,0.5", "not-finite"),
        ("TP53,1,2", "p-out-of-range"),
        ("TP53,1,much", "bad-row"),
        ("Non-Targeting,1,0.5", "control"),
    ],
)
def test_strict_refuses_any_row_that_would_be_kept_aside(named_workspace, add, simple, row, reason):
    before = named_workspace.store.manifest_path.read_bytes()
    with pytest.raises(RefusedFileError, match=reason):
        add(simple(extra=[row]), strict=True)
    assert named_workspace.store.manifest_path.read_bytes() == before


def test_strict_refuses_controls_that_were_not_announced_and_takes_numbered_forms_of_those_that_were(add, simple):
    path = simple(extra=["NTC_1,1,0.5", "NTC_22,1,0.5"])
    with pytest.raises(RefusedFileError, match=r"2 rows .* would be kept aside \(2 control\)"):
        add(path, strict=True)
    with pytest.raises(RefusedFileError, match="1 control"):
        add(path, strict=True, controls=("NTC_1",))
    assert add(path, strict=True, controls=("ntc",)).effects == 50


def test_rows_that_are_set_aside_together_are_told_once_with_all_their_lines(add, simple):
    added = add(simple({"IL2": "IL2,1,0.5"}, extra=["IL2,2,0.5"]))
    (duplicates,) = (noted for noted in added.kept_aside if noted.reason == "duplicate")
    assert duplicates.rows == 2
    assert len(duplicates.examples) == 1
    assert duplicates.examples[0].count("Lines") == 1
    assert not duplicates.examples[0].startswith("line ")


def test_strict_takes_controls_that_were_declared(add, simple):
    assert add(simple(extra=["Non-Targeting,1,0.5"]), strict=True, controls=("non-targeting",)).effects == 50


def test_invisible_characters_are_taken_out_of_names(add, simple, named_workspace):
    added = add(simple({"IL2": "\u200bIL2\u202e ,1,0.5"}))
    assert added.kept_aside == ()
    assert source_names(named_workspace.store, added.screen.id)["IL2"] == "IL2"


def test_mouse_files_are_known_by_their_names(add, write_file):
    genes = ["Ace2", "B2m", "Il2", "Trp53", "Zap70", "Jak1", "Myc"]
    table = "\n".join(["gene,lfc", *(f"{gene},{i}" for i, gene in enumerate(genes))])
    added = add(write_file(table))
    assert (added.screen.organism, added.effects) == ("mouse", 7)


def test_row_order_changes_nothing_that_is_stored(add, simple, write_file, named_workspace):
    path = simple(extra=["CD25,-3,0.5", "IL2,1.7,0.5"])
    lines = path.read_text().splitlines()
    shuffled = [lines[0], *np.random.default_rng(3).permutation(lines[1:])]
    one = add(path, name="one")
    two = add(write_file("\n".join(shuffled), "shuffled.csv"), name="two")
    left, right = (effects_of(named_workspace.store, added.screen.id) for added in (one, two))
    assert left.equals(right)


# Pairs -------------------------------------------------------------------------------------------


def test_pairs_are_written_in_alphabetical_order_and_with_a_control_are_single(add, write_file, named_workspace):
    table = "gene,lfc\nJAK1+IL2,1\nIL2RA + CD5,2\nnegative+STAT1,3\nNTC+NTC_2,4\nLAT+LAT,5\nQQQ+LAT,6\n"
    added = add(write_file(table))
    effects = effects_of(named_workspace.store, added.screen.id).set_index("perturbation")["estimate"]
    assert effects.to_dict() == {"CD5+IL2RA": 2, "IL2+JAK1": 1, "STAT1": 3}
    assert reasons(added) == {"control": 1, "unresolved": 2}


# Sign --------------------------------------------------------------------------------------------


def test_a_file_that_does_not_say_what_positive_means_is_asked_about(add, mageck, named_workspace):
    before = named_workspace.store.manifest_path.read_bytes()
    with pytest.raises(NeedsChoiceError, match="`positive_means='raises'` or `positive_means='lowers'`"):
        add(mageck(), positive_means="")
    assert named_workspace.store.manifest_path.read_bytes() == before


def test_the_question_shows_what_the_readout_gene_speaks_for(add, mageck):
    with pytest.raises(NeedsChoiceError, match="speaks for `positive_means='raises'`"):
        add(mageck(), positive_means="", readout_gene="AARS1", modality="knockout")


def test_where_positive_lowers_signs_flip_and_sides_change_places(add, mageck, named_workspace):
    plain = add(mageck("a.txt"), name="plain")
    turned = add(mageck("b.txt", shift=1e-9), name="turned", positive_means="lowers")
    left, right = (effects_of(named_workspace.store, one.screen.id) for one in (plain, turned))
    assert np.allclose(left["estimate"], -right["estimate"], atol=1e-8)
    assert left["p_low"].equals(right["p_high"].rename("p_low"))
    assert left["fdr_high"].equals(right["fdr_low"].rename("fdr_high"))


def test_a_strong_readout_gene_on_the_wrong_side_stops_the_ingest_with_both_facts(add, mageck, named_workspace):
    before = named_workspace.store.manifest_path.read_bytes()
    with pytest.raises(ConflictError) as caught:
        add(mageck(), positive_means="lowers", readout_gene="AARS1", modality="knockout")
    assert "knockout of AARS1 must lower the phenotype" in caught.value.message
    assert "AARS1 itself has +2.5, number 1 of 50" in caught.value.message
    assert named_workspace.store.manifest_path.read_bytes() == before


@pytest.mark.parametrize(
    ("modality", "positive_means", "agrees"),
    [
        ("knockout", "raises", True),
        ("interference", "raises", True),
        ("activation", "lowers", True),
        ("activation", "raises", False),
    ],
)
def test_knocked_down_readout_genes_lower_and_activated_ones_raise(add, mageck, modality, positive_means, agrees):
    options = {"readout_gene": "AARS1", "modality": modality, "positive_means": positive_means}
    if agrees:
        assert "as " + modality + " of the readout gene should" in add(mageck(), **options).sign_evidence
    else:
        with pytest.raises(ConflictError):
            add(mageck(), **options)


def test_a_weak_readout_gene_on_the_wrong_side_is_only_noted(add, mageck, genes):
    weak = genes[27]
    assert "but weak" in add(mageck(), readout_gene=weak, modality="knockout").sign_evidence


# Replicates --------------------------------------------------------------------------------------


def test_files_of_replicates_are_kept_apart_and_combined(add, mageck, named_workspace):
    second = mageck("d2.gene_summary.txt", shift=0.4)
    added = add(mageck("d1.gene_summary.txt"), replicate_files=(second,))
    assert added.replicates == ("d1", "d2")
    assert (added.rows_read, added.effects) == (100, 50)
    combined = effect(named_workspace, added, "AARS1")
    assert combined["estimate"] == pytest.approx(-2.3)
    assert combined["standard_error"] == pytest.approx(0.2)  # sd of two values 0.4 apart is 0.4/√2, over √2
    singles = effects_of(named_workspace.store, added.screen.id, replicates=True).set_index(
        ["perturbation", "replicate"]
    )
    assert singles.loc[("AARS1", "d1"), "estimate"] == -2.5
    assert singles.loc[("AARS1", "d2"), "estimate"] == pytest.approx(-2.1)


def test_a_replicate_column_is_a_declaration(add, write_file, genes, named_workspace):
    rows = [
        f"{gene},{i + shift},{donor}" for i, gene in enumerate(genes) for donor, shift in (("A", 0), ("B", 1), ("C", 5))
    ]
    added = add(write_file("\n".join(["gene,lfc,donor", *rows])))
    assert added.replicates == ("A", "B", "C")
    assert effect(named_workspace, added, genes[3])["estimate"] == 5
    assert np.isnan(effect(named_workspace, added, genes[3])["p_low"])


# Hits --------------------------------------------------------------------------------------------


def test_without_fdr_the_rule_is_the_top_five_per_cent(add, simple):
    added = add(simple())
    assert added.screen.hit_rule == "top 5%"
    assert added.hits == 3  # 2.5 rounded half up


def test_few_hits_by_fdr_are_said_and_the_top_is_offered(add, mageck):
    added = add(mageck())
    assert added.screen.hit_rule == "fdr<0.05"
    assert added.hits == 2  # one FDR of 2/51 on each side
    assert any("Only 2 hits" in warning and "'top 5%' would give 3" in warning for warning in added.warnings)


def test_a_rule_that_needs_what_the_table_lacks_is_warned_of(add, simple):
    assert any("needs FDR" in warning for warning in add(simple(), hit_rule="fdr<0.1").warnings)


# Once only ---------------------------------------------------------------------------------------


def test_the_same_file_again_is_recognised_and_nothing_is_written(add, simple, named_workspace):
    first = add(simple(), name="one")
    manifest = named_workspace.store.manifest_path.read_bytes()
    again = add(simple(name="other_name.csv"), name="two")
    assert not first.already_present
    assert dataclasses.replace(again, already_present=False) == first
    assert again.already_present
    assert named_workspace.store.manifest_path.read_bytes() == manifest


@pytest.mark.parametrize(
    "options", [{"positive_means": "lowers"}, {"phenotype": "y"}, {"study": "Other 2020"}, {"modality": "activation"}]
)
def test_the_same_file_described_otherwise_is_a_conflict(add, simple, options):
    add(simple(), name="one", modality="knockout")
    with pytest.raises(ConflictError, match=r"screen_remove\('one'\)"):
        add(simple(), name="one", **{"modality": "knockout", **options})


def test_another_part_of_the_same_file_is_another_screen(add, write_file, genes):
    rows = [f"{gene},{i},{arm}" for i, gene in enumerate(genes) for arm in ("rest", "stim")]
    path = write_file("\n".join(["gene,lfc,arm", *rows]))
    assert add(path, name="rest", where={"arm": "rest"}).effects == 50
    assert not add(path, name="stim", where={"arm": "stim"}).already_present


def test_a_prepared_table_writes_nothing(named_workspace, simple):
    before = named_workspace.store.path.read_bytes()
    prepared = harmonise_file(named_workspace, simple(), Reading(positive_means="lowers"))
    assert named_workspace.store.path.read_bytes() == before
    assert prepared.combined["perturbation"].is_unique
    assert prepared.replicates.empty
    assert list_screens(named_workspace.store) == []


def test_eighteen_thousand_genes_are_read_and_named_in_seconds(shared_data, named_workspace):
    # Only a guard against a quadratic step: figures come from the benchmark of speed.
    path = shared_data / "screens" / "biodiscovery" / "ground_truth_IFNG.csv"
    start = time.process_time()
    added = add_screen(
        named_workspace, path, phenotype="IFN-gamma production", positive_means="raises", most_unresolved=1.0
    )
    assert time.process_time() - start < 10
    assert added.rows_read == 18418
    assert "identify genes that regulate the production of Interferon-gamma" in added.screen.text
