"""Genes whose fold change rests on no read of the control."""

from __future__ import annotations

import pandas as pd
import pytest

from tools.screens.checks.counts_beside import without_control_reads

GENES = [f"GENE{n}" for n in range(12)]
EFFECTS = pd.DataFrame(
    {"name": [*GENES, "ROSE", "FELL", "HALF"], "estimate": [*(n / 4 - 1 for n in range(12)), -1, -2, 1]}
)


def written(folder, name="drug_counts.txt"):
    """Counts of two control and two treated samples, whose fold changes are those of EFFECTS."""
    rows = [f"{gene}_1\t{gene}\t100\t110\t{100 * 2 ** (n / 4 - 1):.0f}\t{110 * 2 ** (n / 4 - 1):.0f}"
            for n, gene in enumerate(GENES)]  # fmt: skip
    rows += ["r\tROSE\t0\t0\t40\t30", "f\tFELL\t200\t100\t0\t0", "n\tNONE\t0\t0\t0\t0"]
    path = folder / name
    path.write_text("\n".join(["sgRNA\tGene\tc1\tc2\tt1\tt2", *rows]), encoding="utf-8")
    return folder / "drug.gene_summary.txt"


@pytest.mark.parametrize("name", ["drug_counts.txt", "drug.count.txt", "drug.counts.txt"])
def test_a_gene_that_rose_from_nothing_is_told_and_one_that_fell_to_nothing_is_none(tmp_path, name):
    (said,) = without_control_reads(written(tmp_path, name), EFFECTS)
    assert "ROSE (none in c1, c2)" in said
    assert "FELL" not in said
    assert "NONE" not in said


def test_without_counts_or_with_ones_that_cannot_be_read_nothing_is_said(tmp_path):
    path = tmp_path / "drug.gene_summary.txt"
    assert without_control_reads(path, EFFECTS) == ()
    (tmp_path / "drug.count.txt").write_bytes(b"\xff\xfe\x00")
    assert without_control_reads(path, EFFECTS) == ()
    assert without_control_reads(written(tmp_path).with_name("drug.csv"), EFFECTS) == ()
