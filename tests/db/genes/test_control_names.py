"""Labels of negative controls are known however they are written, and no approved symbol is taken for one."""

from __future__ import annotations

import pytest

from db.genes.control_names import is_control

LABELS = [
    "Non-Targeting",
    "NonTargetingControl",
    "NonTargetingControlGuideForHuman_0001",
    "non-targeting_00012",
    "NTC",
    "NTC_12",
    "NTC-3",
    "NO_CURRENT",
    "NO_CURRENT_1",
    "ONE_NON-GENE_SITE",
    "ONE_NON-GENE_SITE_001",
    "ONE_INTERGENIC_SITE_10",
    "NO_SITE",
    "NO_SITE_1",
    "control",
    "Control_",
    "CONTROL_12",
    "Control.7",
    "CTRL0001",
    "ctrl",
    "CTRL_1",
    "pseudo_0",
    "pseudo-12",
    "negative_control_pseudo_12",
    "Luc",
    "luciferase",
    "LacZ",
    "LACZ_3",
    "EGFP",
    "eGFP",
    "BFP",
    "RFP",
    "mCherry_F",
    "tdTomato",
    "AAVS1",
    "hAAVS1",
    "AAVS1_3",
    "ROSA26",
    "mRosa26",
    "safe",
    "0Safe",
    "SafeCutter_12",
    "Safe_targeting_1",
    "sgNTC_1",
    "sgControl",
    "neg_ctrl",
    "NegCtrl12",
    "INTERGENIC",
    "INTERGENIC216151",
    "intergenic_12",
    "Non-Human",
    "NT_1",
    "chr10Promiscuous",
    "chr10Rand",
    "Olfr_control_1",
    "scrambled_2",
    "negative.control.1",
    "nontargeting#3",
]
GENES = [
    "KNTC1",
    "NEGR1",
    "CTRB1",
    "CTRC",
    "LUC7L",
    "LUC7L2",
    "NTF3",
    "NT-3",
    "NT3",
    "RFP2",
    "CFP",
    "TRIM27",
    "SAFB",
    "CONTROLLER",
    "positive_control",
    "essential_control",
    "IGFP2",
    "P53RFP",
    "NCL",
    "NTS",
    "SCRIB",
    "RAND",
    "NONO",
    "EMP1",
    "PSENEN",
    "RED1",
]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_of_controls_is_one(label):
    assert is_control(label)
    assert is_control(f"{label}+{label}")


@pytest.mark.parametrize("name", [*GENES, "2.31E+13", "TP53+NTC"])
def test_a_gene_or_another_label_is_none(name):
    assert not is_control(name)


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("backbone_g7", "backbone*", True), ("OR10A2", "or10a*", True), ("OR1A2", "or10a*", False),
        ("NO_EDIT_12", "no_edit", True), ("NO_EDIT12", "no_edit", False), ("oddname7", "oddname?", True),
    ],
)  # fmt: skip
def test_declared_controls_are_names_their_numbered_forms_or_patterns(name, pattern, expected):
    assert is_control(name, {pattern}) == expected
