"""Cases that were right from the start, and stay right."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "name", ["crlf-bom", "cr-only", "ensembl-version", "trailing-sep-everywhere", "two-gene-columns"]
)
def test_sixty_genes_are_read(case, name):
    effects = case(name).taken(60)
    assert effects.loc["ABCF1", "estimate"] == pytest.approx(0.1273, abs=1e-4)
