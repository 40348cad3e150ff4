"""What bad input gets: a refusal that says what was given and what would work, and a store that is as it was."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import openpyxl
import pytest

from db.errors import (
    ConflictError,
    HitscoutError,
    InvalidValueError,
    NeedsChoiceError,
    NotFoundError,
    RefusedFileError,
)
from db.screens.reading import list_screens
from tools.screens.ingestion.adding import add_screen
from tools.screens.listing import screen_remove, screen_show


@pytest.fixture
def refused(named_workspace):
    """Expects that a file is refused and that the store's manifest and file stay the same to the byte."""

    def expect(path, error=RefusedFileError, **options) -> HitscoutError:
        store = named_workspace.store
        before = store.manifest_path.read_bytes(), store.path.read_bytes()
        with pytest.raises(error) as caught:
            add_screen(named_workspace, path, **{"phenotype": "IL-2 production", "positive_means": "raises", **options})
        assert (store.manifest_path.read_bytes(), store.path.read_bytes()) == before
        assert store.verify() == []
        assert caught.value.message
        assert caught.value.suggestion
        return caught.value

    return expect


# Refused whole -----------------------------------------------------------------------------------


def test_an_empty_file_is_refused(refused, write_file):
    assert "screen.csv is empty" in refused(write_file("")).message


def test_a_header_without_rows_is_refused(refused, write_file):
    assert "no rows" in refused(write_file("gene,lfc\n")).message


def test_a_file_that_is_not_there_is_refused(refused, tmp_path):
    assert "There is no file" in refused(tmp_path / "nowhere.csv").message


def test_a_wrong_delimiter_is_refused_with_the_line_that_was_found(refused, write_file):
    error = refused(write_file("gene|lfc\nIL2|-1.5\nIL2RA|0.3\n"))
    assert "'gene|lfc'" in error.message
    assert "commas, tabs or semicolons" in error.suggestion


def test_rows_of_another_delimiter_than_the_header_are_refused(refused, write_file):
    error = refused(write_file("gene,lfc\nIL2\t-1.5\nIL2RA\t0.3\n"))
    assert "Line 2" in error.message


def test_a_table_without_a_gene_column_is_refused_with_its_columns(refused, write_file):
    error = refused(write_file("guide_sequence,lfc\nACGT,-1.5\nTTTT,0.3\n"))
    assert "guide_sequence, lfc" in error.message
    assert "no gene column" in error.message
    assert "`columns={'gene': COLUMN, 'estimate': COLUMN}`" in error.suggestion


def test_a_mapped_column_that_is_not_there_is_refused_with_those_that_are(refused, simple):
    error = refused(simple(), columns={"gene": "symbols", "estimate": "lfc"})
    assert "'symbols'" in error.message
    assert "gene, lfc, p" in error.suggestion


def test_two_header_rows_are_refused(refused, write_file):
    error = refused(write_file("gene,lfc\nsymbol,log2 fold change\nIL2,-1.5\nIL2RA,0.3\nCD5,1\n"))
    assert "two header rows" in error.message
    assert "line 2" in error.message


def test_a_header_that_is_repeated_further_down_is_refused(refused, simple):
    assert "Line 52 of screen.csv repeats the header" in refused(simple(extra=["gene,lfc,p", "TP53,1,0.5"])).message


def test_a_table_without_a_readable_effect_is_refused(refused, simple, genes):
    path = simple({gene: f"{gene},NA,0.5" for gene in genes})
    assert "no readable effect in its 50 rows" in refused(path).message


def test_effects_that_may_be_thousands_or_decimals_are_refused_with_the_cell(refused, write_file, genes):
    rows = [f"{gene}\t{number},234" for number, gene in enumerate(genes, 1)]
    error = refused(write_file("\n".join(["gene\tlfc", *rows])))
    assert "'1,234' in column 'lfc' is not a number" in error.message


def test_per_cent_without_a_sign_are_refused_with_what_makes_them_known(refused, write_file, genes):
    rows = [f"{gene},{number / 10},{number}" for number, gene in enumerate(genes, 2)]
    assert "such as 'FDR (%)'" in refused(write_file("\n".join(["gene,lfc,FDR", *rows]))).suggestion


def test_a_folder_is_refused(refused, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "is a folder" in refused(folder).message


def test_an_excel_workbook_is_refused_as_one(refused, write_file):
    error = refused(write_file(b"PK\x03\x04" + bytes(100), "screen.csv"))
    assert "Excel workbook" in error.message
    assert "Download" in error.suggestion


def test_a_file_of_zero_bytes_inside_is_refused(refused, write_file):
    assert "not text" in refused(write_file(b"gene,lfc\nIL2,\x00\x00\n")).message


def test_a_cell_longer_than_any_table_needs_is_refused_with_its_line(refused, simple):
    error = refused(simple(extra=['TP53,"' + "1" * 100_001 + '",0.5']))
    assert "Line 52" in error.message
    assert "100,000 characters" in error.message


def test_a_quotation_mark_that_never_closes_is_refused(refused, simple):
    assert "Line 52" in refused(simple(extra=['TP53,"1.0,0.5', "CD5,1,1"])).message


def test_a_gzip_that_unpacks_to_far_more_than_its_size_is_refused_before_its_end_is_read(
    refused, write_file, monkeypatch
):
    for limit, value in (("MAX_RATIO", 5), ("RATIO_FROM", 100), ("CHUNK", 50)):
        monkeypatch.setattr(f"db.files.unpacking.{limit}", value)
    content = gzip.compress(b"gene,lfc\n" + b"IL2,1\n" * 500, mtime=0)
    cut = content[:-8]
    assert "5 times its size" in refused(write_file(cut, "full.csv.gz")).message


def test_a_gzip_that_was_cut_off_is_refused(refused, simple):
    path = simple()
    cut = path.with_name("cut.csv.gz")
    cut.write_bytes(gzip.compress(path.read_bytes())[:-20])
    assert "damaged or incomplete gzip" in refused(cut).message


def test_more_than_five_per_cent_of_bad_rows_are_refused_with_their_counts(refused, simple):
    error = refused(simple({"IL2": "IL2,inf,0.5", "CD5": "CD5,x,0.5", "LAT": "LAT,1,1.5", "IL2RA": "IL2RA,NaN,0.5"}))
    assert "3 of 50 rows" in error.message
    for counted in ("1 bad-row", "1 not-finite", "1 p-out-of-range"):
        assert counted in error.message


def test_bad_rows_up_to_five_per_cent_are_kept_aside(named_workspace, simple):
    path = simple({"IL2": "IL2,NaN,0.5", "CD5": "CD5,x,0.5"})
    added = add_screen(named_workspace, path, phenotype="x", positive_means="raises")
    assert added.effects == 48
    assert {noted.reason: noted.rows for noted in added.kept_aside} == {"bad-row": 1, "missing": 1}


def test_mixed_species_are_refused_with_the_counts(refused, simple):
    mouse = ["Il2,1,0.5", "Il2ra,1,0.5", "Trp53,1,0.5", "Zap70,1,0.5", "Jak1,1,0.5"]
    error = refused(simple(extra=mouse), NeedsChoiceError)
    assert "50 names are written as human genes are, 5 as mouse genes are" in error.message
    assert "`organism='human'`" in error.suggestion


def test_mixed_species_are_taken_with_an_organism(named_workspace, simple):
    path = simple(extra=["Il2,1,0.5", "Il2ra,1,0.5", "Trp53,1,0.5", "Zap70,1,0.5", "Jak1,1,0.5"])
    added = add_screen(named_workspace, path, phenotype="x", positive_means="raises", organism="human")
    assert added.screen.organism == "human"


def test_undecodable_bytes_are_refused_with_line_and_encoding(refused, simple):
    path = simple(extra=["TP53,1,0.5"])
    path.write_bytes(path.read_bytes().replace(b"TP53,1", b"TP\xe453,1"))
    error = refused(path)
    assert "line 52" in error.message
    assert "0xe4" in error.message
    assert "`encoding='latin-1'`" in error.suggestion


def test_undecodable_bytes_are_taken_with_an_encoding(named_workspace, simple):
    path = simple(extra=["TP53,1,0.5"])
    path.write_bytes(path.read_bytes().replace(b"TP53,1", b"TP\xe453,1"))
    added = add_screen(named_workspace, path, phenotype="x", positive_means="raises", encoding="latin-1")
    assert added.kept_aside[0].examples[0].startswith("line 52: TPä53")


def test_utf16_is_named_as_such(refused, simple):
    path = simple()
    path.write_bytes(path.read_text().encode("utf-16"))
    error = refused(path)
    assert "UTF-16" in error.message
    assert "`encoding='utf-16'`" in error.suggestion


def test_an_encoding_that_does_not_exist_is_refused(refused, simple):
    assert "'klingon'" in refused(simple(), InvalidValueError, encoding="klingon").message


def test_ragged_rows_are_refused_with_line_and_column(refused, simple):
    long = refused(simple(extra=["TP53,1,0.5,7"]))
    assert "Line 52" in long.message
    assert "column 4 ('7')" in long.message
    short = refused(simple(extra=["TP53,1"]))
    assert "no column 3 ('p')" in short.message


def test_two_columns_of_one_name_are_refused(refused, write_file):
    assert "'lfc'" in refused(write_file("gene,lfc,lfc\nIL2,1,2\nCD5,1,2\n")).message


def test_a_table_of_no_known_gene_is_refused(refused, write_file):
    error = refused(write_file("gene,lfc\nQQQ1,1\nQQQ2,2\n"))
    assert "'QQQ1'" in error.message


def test_a_table_of_doubled_genes_and_an_unknown_one_is_not_called_a_table_of_unknown_genes(refused, write_file, genes):
    rows = [f"{gene},{number + shift}" for number, gene in enumerate(genes) for shift in (0.1, 0.2)]
    error = refused(write_file("\n".join(["gene,lfc", "QQQ1,1", *rows])), NeedsChoiceError)
    assert error.message.startswith("50 of 50 perturbations of screen.csv have several rows that differ")
    assert "`columns={'replicate': COLUMN}`" in error.suggestion


def test_a_file_of_several_screens_is_refused_with_the_column_that_tells_them_apart(refused, shared_data):
    folder = shared_data / "screens" / "tcell"
    freimer = refused(folder / "Freimer2022_Screen.csv", NeedsChoiceError, most_unresolved=1.0)
    assert "The column screen holds CTLA4, IL2, IL2RA." in freimer.message
    assert "`where={'screen': 'CTLA4'}`" in freimer.suggestion
    file = folder / "SchmidtSteinhart2022_CRISPRi_screen_gene_phenotypes.csv"
    schmidt = refused(file, NeedsChoiceError, most_unresolved=1.0)
    assert "The column phenotype holds CD4+ IL2, CD8+ IFNG." in schmidt.message
    assert "`where={'phenotype': 'CD4+ IL2'}`" in schmidt.suggestion


def test_a_few_genes_of_several_rows_are_kept_aside_and_the_others_taken(named_workspace, simple, genes):
    added = add_screen(
        named_workspace, simple(extra=[f"{gene},9,0.5" for gene in genes[:20]]), phenotype="x", positive_means="raises"
    )
    assert (added.effects, added.kept_aside[0].reason, added.kept_aside[0].rows) == (30, "duplicate", 40)


def test_an_unknown_reader_field_or_word_is_refused_with_what_there_is(refused, simple):
    assert "mageck_rra" in refused(simple(), NotFoundError, reader="mageck").suggestion
    assert "estimate" in refused(simple(), InvalidValueError, columns={"effekt": "lfc", "estimate": "lfc"}).suggestion
    assert "human" in refused(simple(), InvalidValueError, organism="rat").suggestion
    assert "activation" in refused(simple(), InvalidValueError, modality="deletion").suggestion
    assert "raises, lowers, unsigned" in refused(simple(), InvalidValueError, positive_means="up").suggestion
    assert "top 5%" in refused(simple(), InvalidValueError, hit_rule="best genes").suggestion


def test_a_store_without_gene_names_says_what_to_fetch(workspace, simple):
    with pytest.raises(NotFoundError, match=r"`fetch\(\['hgnc'\]\)`"):
        add_screen(workspace, simple(), phenotype="x", positive_means="raises")


@pytest.mark.parametrize("tool", [screen_show, screen_remove])
def test_an_unknown_screen_is_refused_with_near_names(named_workspace, simple, tool):
    add_screen(named_workspace, simple(), phenotype="x", positive_means="raises", name="il2-knockout")
    before = named_workspace.store.manifest_path.read_bytes()
    with pytest.raises(NotFoundError, match="Did you mean il2-knockout"):
        tool(named_workspace, "il2-knockuot")
    assert named_workspace.store.manifest_path.read_bytes() == before


def test_a_name_that_is_taken_is_refused(named_workspace, simple, refused):
    add_screen(named_workspace, simple(), phenotype="x", positive_means="raises", name="mine")
    error = refused(simple(extra=["TP53,1,0.5"]), ConflictError, name="Mine")
    assert "`name=`" in error.suggestion


# What only another user or a full disk shows -----------------------------------------------------

IN_A_PROCESS = """
    import os, resource, sys
    from pathlib import Path
    import numpy as np
    from db.errors import HitscoutError
    from db.store import Store
    from tools.screens.ingestion.adding import add_screen
    from tools.workspace import Workspace

    workspace = Workspace(Store(Path(sys.argv[1])), np.random.default_rng(0))
    {before}
    try:
        add_screen(workspace, Path(sys.argv[2]), phenotype="x", positive_means="raises", most_unresolved=1.0)
    except HitscoutError as error:
        print(type(error).__name__, error)
"""


def in_a_process(before: str, *arguments) -> str:
    code = textwrap.dedent(IN_A_PROCESS).replace("{before}", before)
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_file_without_permission_is_refused(named_workspace, simple):
    # Root may read everything, and the folders of a test may be root's own: an ordinary user is tried in a process
    # of its own, on a file that the folders above it do not hide.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "screen.csv"
        path.write_bytes(simple().read_bytes())
        path.chmod(0)
        answer = in_a_process("os.geteuid() or os.setuid(65534)", named_workspace.store.path, path)
    assert "RefusedFileError There is no permission to read" in answer
    assert "chmod u+r" in answer


# A limit on the size of files stands in for a full disk, which a test cannot make without mounting one.
LIMITED = (
    "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    " resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
)


@pytest.fixture
def large(simple):
    """A file that leaves many notes behind, so that the write is larger than the limit."""
    return simple(extra=[f"UNKNOWN{number},{number},0.5" for number in range(20_000)])


def test_a_full_disk_before_the_commit_leaves_the_store_as_it_was(named_workspace, large):
    store = named_workspace.store
    before = store.manifest_path.read_bytes()
    answer = in_a_process(LIMITED.format(limit=100_000), store.path, large)
    assert "StoreError" in answer
    assert "space" in answer
    assert store.manifest_path.read_bytes() == before
    assert store.verify() == []
    assert list_screens(store) == []


def test_a_full_disk_after_the_commit_says_that_nothing_need_be_repeated(named_workspace, large):
    store = named_workspace.store
    answer = in_a_process(LIMITED.format(limit=store.path.stat().st_size), store.path, large)
    assert "is committed and safe" in answer
    assert "`mend()`" in answer
    store.mend()
    assert store.verify() == []
    again = add_screen(named_workspace, large, phenotype="x", positive_means="raises", most_unresolved=1.0)
    assert again.already_present


def test_rows_without_an_fdr_are_used_and_it_is_said(named_workspace, write_file, genes):
    rows = "".join(f"{gene},{place},{'NA' if place % 3 else '.01'}\n" for place, gene in enumerate(genes[:30]))
    added = add_screen(
        named_workspace, write_file(f"gene,lfc,fdr\n{rows}"), phenotype="IL-2 production", positive_means="raises"
    )
    assert added.effects == 30
    assert "20 of 30 rows have no FDR: used, and no hits by a rule on it." in added.warnings


def test_formulas_that_were_never_computed_are_told(refused, tmp_path, genes):
    book = openpyxl.Workbook()
    for row in [("gene", "lfc"), *((gene, f"={place}/2") for place, gene in enumerate(genes[:30]))]:
        book.active.append(row)
    book.save(tmp_path / "computed.xlsx")
    assert "B2 of computed.xlsx is a formula" in refused(tmp_path / "computed.xlsx").message


def test_ids_of_a_column_that_does_not_say_which_are_held_against_names(refused, named_workspace, write_file, genes):
    query = "SELECT symbol, identifier FROM gene JOIN gene_identifier ON gene_id = gene.id WHERE namespace = 'entrez'"
    with named_workspace.store.read() as connection:
        ids = dict(connection.execute(query).fetchall())
    known = [gene for gene in genes if gene in ids][:30]
    slipped = "".join(f"{gene},{ids[other]},1\n" for gene, other in zip(known, [*known[1:], known[0]], strict=True))
    assert "different genes" in refused(write_file(f"symbol,GeneID,lfc\n{slipped}")).message
