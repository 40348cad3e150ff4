"""Small tables of real genes, as laboratories and MAGeCK write them."""

from __future__ import annotations

from pathlib import Path

import pytest

GENES = [
    "AARS1", "ABCE1", "ACE2", "B2M", "BCL10", "CARD11", "CASP8", "CBLB", "CD3D", "CD3E", "CD3G", "CD5", "CD28",
    "CD247", "CDK1", "CTLA4", "CTRL", "CTSL", "DYRK1A", "FADD", "FOXP3", "GATA3", "ICAM1", "IFNG", "IFNGR1", "IFNGR2",
    "IL2", "IL2RA", "ITK", "JAK1", "JAK2", "KNTC1", "KRAS", "LAT", "LCK", "LCP2", "MALT1", "MAPT", "MTOR", "MYC",
    "NCR3LG1", "NEGR1", "NFKB1", "PCNA", "PLCG1", "PLK1", "PSMA1", "RELA", "SOCS1", "STAT1",
]  # fmt: skip
"""Fifty approved symbols; CTRL, KNTC1 and NEGR1 look like controls and are genes."""


@pytest.fixture
def genes() -> list[str]:
    """Fifty approved human symbols."""
    return list(GENES)


@pytest.fixture
def write_file(tmp_path):
    """Writes a file of text (or bytes) into the test's folder and gives its path."""

    def write(content: str | bytes, name: str = "screen.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def simple(genes, write_file):
    """A plain table of fifty genes with effects from -2.5 to 2.4, with rows put in place or added."""

    def write(changes: dict[str, str] | None = None, extra: list[str] | None = None, name: str = "screen.csv") -> Path:
        rows = {gene: f"{gene},{(number - 25) / 10},0.5" for number, gene in enumerate(genes)}
        rows.update(changes or {})
        return write_file("\n".join(["gene,lfc,p", *rows.values(), *(extra or [])]) + "\n", name)

    return write


@pytest.fixture
def mageck(genes, write_file):
    """A MAGeCK gene summary of fifty genes: the effect of gene n is (n - 25) / 10 + shift."""

    def write(name: str = "screen.gene_summary.txt", shift: float = 0.0, changes: dict[str, str] | None = None) -> Path:
        header = (
            "id num neg|score neg|p-value neg|fdr neg|rank neg|goodsgrna neg|lfc"
            " pos|score pos|p-value pos|fdr pos|rank pos|goodsgrna pos|lfc"
        ).replace(" ", "\t")
        lines = [header]
        for number, gene in enumerate(genes):
            lfc, low, high = (number - 25) / 10 + shift, (number + 1) / 51, (50 - number) / 51
            cells = [
                gene,
                4,
                low,
                low,
                min(1, 2 * low),
                number,
                4,
                lfc,
                high,
                high,
                min(1, 2 * high),
                50 - number,
                0,
                lfc,
            ]
            lines.append((changes or {}).get(gene, "\t".join(str(cell) for cell in cells)))
        return write_file("\n".join(lines) + "\n", name)

    return write
