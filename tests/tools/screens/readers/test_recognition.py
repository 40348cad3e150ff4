"""Each format's header is known by one reader, and an unknown one is refused with the readers."""

from __future__ import annotations

import pytest

from db.errors import RefusedFileError
from tools import registry
from tools.screens.ingestion.files_read import choose_reader
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened

HEADERS = {
    "mageck_rra": "id\tnum\tneg|score\tneg|p-value\tneg|fdr\tneg|lfc\tpos|score\tpos|p-value\tpos|fdr\tpos|lfc",
    "mageck_mle": "Gene\tsgRNA\tA|beta\tA|z\tA|p-value\tA|fdr\tA|wald-p-value\tA|wald-fdr",
    "rsa": "Symbol,RSA_Down,RSA_Up,Q1,Q3",
    "one_sided": "id,num,pos|score,pos|p-value,pos|fdr",
    "benchmark_pair": "Gene,Score",
    "crisprbrain": "Gene,TSS,Phenotype,P Value,Gene Score,Hit Class",
    "generic": "gene,lfc,p",
}


def test_every_reader_has_a_header_here():
    assert sorted(HEADERS) == registry.names("readers")


@pytest.mark.parametrize("reader", HEADERS)
def test_a_header_is_known_by_exactly_one_reader(write_file, reader):
    with opened(write_file(HEADERS[reader] + "\n")) as source:
        knowing = [name for name in HEADERS if registry.load("readers", name)().recognises(source, Reading())]
    assert knowing == [reader]


def test_a_wide_file_is_refused_with_its_suffixes(write_file):
    path = write_file("id,neg|lfc.rest,neg|p-value.rest,neg|lfc.stim,neg|p-value.stim\nIL2,1,1,1,1\n")
    with (
        opened(path) as source,
        pytest.raises(RefusedFileError, match=r"`suffix='\.rest'` or `suffix='\.stim'`") as caught,
    ):
        choose_reader(source)
    assert "mageck_rra" in caught.value.suggestion


def test_a_named_reader_is_used_without_asking_the_header(write_file):
    with opened(write_file("a,b\n1,2\n")) as source:
        assert choose_reader(source, Reading("generic")) == "generic"
