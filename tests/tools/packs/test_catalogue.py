"""Fetch, whole: from a mirror and a local address to rows in the store, again and again, and when something fails."""

from __future__ import annotations

import hashlib
import io
import shlex
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console, Group

from db.errors import ConflictError, DownloadError, InvalidValueError, NotFoundError
from db.genes.nomenclature import find_gene
from db.genes.sets import get_gene_set, list_collections
from db.provenance import list_ingests
from db.screens.reading import list_screens
from tools.packs.catalogue import _wanted, absent_packs, fetch, list_packs, pack_folder, remedies
from tools.packs.definition import read_packs
from tools.workspace import Progress, Workspace
from tui.layouts.packs import fetched

NAMES = Path(__file__).parents[2] / "data" / "names"
COMMIT = "0" * 40
HEAD = 'name = "{name}"\ntitle = "A {name} pack"\ndefault = {default}\ngroup = "{group}"\n' + (
    'folder = "{folder}"\nlicence = "{licence}"\ncommercial = {commercial}\ncitation = "Nobody 2026"\n'
)
HTTPS = '[[file]]\nkind = "https"\nrepository = "owner/name"\ncommit = "{commit}"\npath = "{path}"\n' + (
    'sha256 = "{sha}"\nbytes = {size}\nurl = "http://127.0.0.1:1/{path}"\n'
)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Catalogue:
    """A folder of small packs and the mirror that holds their files."""

    def __init__(self, root: Path) -> None:
        self.packs, self.mirror = root / "packs", root / "mirror"
        self.packs.mkdir()
        (self.mirror / "wheels").mkdir(parents=True)
        self.rows = ["file\tbytes\tsha256\trepository\tcommit\tpath\tlicence\tcitation\there"]

    def https(self, name: str, content: bytes, *, mirrored: bool = True) -> str:
        if mirrored:
            (self.mirror / name).write_bytes(content)
        self.rows.append("\t".join([name, str(len(content)), sha(content), "owner/name", COMMIT, name, "", "", ""]))
        (self.mirror / "manifest.tsv").write_text("\n".join(self.rows) + "\n")
        return HTTPS.format(commit=COMMIT, path=name, sha=sha(content), size=len(content))

    def wheel(self, distribution: str, files: dict[str, bytes]) -> str:
        path = self.mirror / "wheels" / f"{distribution}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        members = ", ".join(f'"{name}"' for name in files)
        size, digest = path.stat().st_size, sha(path.read_bytes())
        return (
            f'[[file]]\nkind = "wheel"\ndistribution = "{distribution}"\nversion = "1.0"\nsha256 = "{digest}"\n'
            f"bytes = {size}\nmembers = [{members}]\n"
        )

    def add(self, name: str, body: str, **words: str) -> None:
        defaults = {"default": "false", "group": "", "folder": name, "licence": "CC0", "commercial": "true"}
        (self.packs / f"{name}.toml").write_text(HEAD.format(name=name, **(defaults | words)) + body)


SETS = '[[load]]\nloader = "gene_sets"\nfiles = ["{file}"]\nlayout = "gmt"\ncollection = "{collection}"\n'


@pytest.fixture
def catalogue(tmp_path, monkeypatch) -> Catalogue:
    made = Catalogue(tmp_path)
    tables = {f"names/{name}": (NAMES / name).read_bytes() for name in ("hgnc_entries.tsv", "mgi_entries.tsv")}
    loads = "".join(
        f'[[load]]\nloader = "genes"\nfiles = ["{layout}_entries.tsv"]\nlayout = "{layout}"\n'
        for layout in ("hgnc", "mgi")
    )
    made.add("hgnc", made.wheel("names_data", tables) + loads, default="true")
    sets = made.https("sets.gmt", b"FIRST\t\tVAV1\tLCP2\nSECOND\t\tIL2\n")
    made.add("tiny-sets", sets + SETS.format(file="sets.gmt", collection="tiny"))
    monkeypatch.setenv("HITSCOUT_PACKS", str(made.packs))
    return made


def ingests(workspace: Workspace) -> list[str]:
    with workspace.store.read() as connection:
        return [ingest.name for ingest in list_ingests(connection)]


def test_a_pack_comes_from_the_mirror_into_the_store_and_gene_names_come_first(workspace, catalogue):
    seen: list[Progress] = []
    report = fetch(replace(workspace, report=seen.append), ["tiny-sets"], mirror=catalogue.mirror)
    assert [(pack.name, pack.state) for pack in report.packs] == [("hgnc", "ready"), ("tiny-sets", "ready")]
    assert report.complete
    assert report.packs[1].loaded[0].rows == 3
    assert get_gene_set(workspace.store, "tiny", "FIRST").genes == ("LCP2", "VAV1")
    assert find_gene(workspace.store, "TCGF").symbol == "IL2"
    assert {"fetch hgnc", "load hgnc", "fetch tiny-sets", "load tiny-sets"} <= {progress.task for progress in seen}
    assert any("gene names come first" in progress.message for progress in seen)


def test_the_same_pack_again_fetches_nothing_and_writes_nothing(workspace, catalogue):
    fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    before = ingests(workspace)
    shutil.rmtree(catalogue.mirror)
    again = fetch(workspace, ["tiny-sets"])
    assert [(pack.name, pack.bytes, pack.loaded[0].state) for pack in again.packs] == [("tiny-sets", 0, "already")]
    assert ingests(workspace) == before


def test_a_pack_that_nothing_reads_yet_says_what_comes_next(workspace, catalogue):
    catalogue.add("model", 'next_step = "hitscout encode"\n' + catalogue.https("weights.bin", b"weights"))
    report = fetch(workspace, ["model", "tiny-sets"], mirror=catalogue.mirror)
    assert {pack.name: pack.next_step for pack in report.packs} == {
        "hgnc": "",
        "model": "hitscout encode",
        "tiny-sets": "",
    }
    told = io.StringIO()
    Console(file=told, width=100).print(Group(*fetched(report)))
    assert "model: `hitscout encode` comes next" in told.getvalue()
    assert told.getvalue().count("comes next") == 1


def test_a_new_store_takes_the_files_that_are_here(workspace, catalogue, tmp_path):
    fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    shutil.rmtree(catalogue.mirror)
    other = Workspace.open(tmp_path / "other.duckdb")
    report = fetch(other, ["tiny-sets"])
    assert [pack.bytes for pack in report.packs] == [0, 0]
    assert list_collections(other.store) == {"tiny": 2}


def test_the_mirror_can_be_named_by_the_environment(workspace, catalogue, monkeypatch):
    monkeypatch.setenv("HITSCOUT_MIRROR", str(catalogue.mirror))
    assert fetch(workspace, ["tiny-sets"]).complete


def test_without_names_the_default_packs_are_fetched(workspace, catalogue, monkeypatch):
    for name in ("orthologs", "genedisco", "pathways", "gobp", "depmap", "wordllama"):
        gmt = catalogue.https(f"{name}.gmt", f"{name}\t\tVAV1\n".encode())
        catalogue.add(name, gmt + SETS.format(file=f"{name}.gmt", collection=name), default="true")
    report = fetch(workspace, mirror=catalogue.mirror)
    assert [pack.name for pack in report.packs] == [
        "hgnc", "depmap", "genedisco", "gobp", "orthologs", "pathways", "wordllama",
    ]  # fmt: skip
    assert "tiny" not in list_collections(workspace.store)


def test_all_screens_are_the_packs_with_a_screen_whose_terms_need_no_acceptance_beside_the_named_ones():
    screens = {pack.name for pack in read_packs() if any(step.loader == "screen" for step in pack.loads)}
    found = [pack.name for pack in _wanted(["string", "hl60"], all_screens=True)]
    assert set(found) == screens | {"string"}
    assert {"genedisco", "tcell-arce", "biodiscovery-ifng", "isg-sarscov2"} < set(found)
    assert len(found) == len(set(found))
    assert {pack.name for pack in _wanted([], all_screens=True)} == screens


def test_a_screen_with_non_commercial_terms_is_not_among_all_screens(workspace, catalogue, monkeypatch):
    load = '[[load]]\nloader = "screen"\nfiles = ["{0}.csv"]\nname = "{0}"\n' + (
        'phenotype = "IL-2"\npositive_means = "raises"\n'
    )
    for name, commercial in (("free", "true"), ("bound", "false")):
        table = catalogue.https(f"{name}.csv", b"gene,lfc\nVAV1,-1.5\nLCP2,-1.2\nIL2,-2.5\n")
        catalogue.add(name, table + load.format(name), commercial=commercial)
    kept = [pack for pack in read_packs() if pack.name in ("hgnc", "tiny-sets", "free", "bound")]
    monkeypatch.setattr("tools.packs.catalogue.read_packs", lambda: kept)
    report = fetch(workspace, ["tiny-sets"], all_screens=True, mirror=catalogue.mirror)
    assert [(pack.name, pack.state) for pack in report.packs] == [
        ("hgnc", "ready"), ("tiny-sets", "ready"), ("free", "ready"),
    ]  # fmt: skip
    assert [screen.name for screen in list_screens(workspace.store)] == ["free"]


def test_a_group_keeps_what_could_be_had_and_reports_the_rest(workspace, catalogue):
    one = catalogue.https("one.gmt", b"ONE\t\tVAV1\n")
    two = catalogue.https("two.gmt", b"TWO\t\tIL2\n", mirrored=False)
    catalogue.add("pair-one", one + SETS.format(file="one.gmt", collection="one"), group="pair", folder="pair")
    catalogue.add("pair-two", two + SETS.format(file="two.gmt", collection="two"), group="pair", folder="pair")
    report = fetch(workspace, ["pair"], mirror=catalogue.mirror)
    assert [(pack.name, pack.state) for pack in report.packs] == [
        ("hgnc", "ready"), ("pair-one", "ready"), ("pair-two", "failed"),
    ]  # fmt: skip
    assert not report.complete
    assert "two.gmt could not be fetched" in report.packs[2].problem
    assert "`mirror=DIR`" in report.packs[2].suggestion
    assert list_collections(workspace.store) == {"one": 1}
    assert (pack_folder(workspace, "pair") / "one.gmt").is_file()


def test_a_single_pack_that_cannot_be_had_is_an_error_and_the_store_lacks_it(workspace, catalogue):
    catalogue.add(
        "gone",
        catalogue.https("gone.gmt", b"X\t\tIL2\n", mirrored=False) + SETS.format(file="gone.gmt", collection="g"),
    )
    with pytest.raises(DownloadError, match=r"gone\.gmt could not be fetched"):
        fetch(workspace, ["gone"], mirror=catalogue.mirror)
    assert list_collections(workspace.store) == {}


def test_a_wrong_checksum_stops_with_both_hashes_and_writes_nothing(workspace, catalogue):
    fetch(workspace, ["hgnc"], mirror=catalogue.mirror)
    (catalogue.mirror / "sets.gmt").write_bytes(b"FIRST\t\tIL2\n")
    with pytest.raises(DownloadError) as refused:
        fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    assert sha(b"FIRST\t\tIL2\n") in refused.value.message
    assert sha(b"FIRST\t\tVAV1\tLCP2\nSECOND\t\tIL2\n") in refused.value.message
    assert list_collections(workspace.store) == {}


def test_non_commercial_terms_must_be_accepted(workspace, catalogue):
    body = catalogue.https("nc.gmt", b"X\t\tIL2\n") + SETS.format(file="nc.gmt", collection="nc")
    catalogue.add("nc", body, licence="CC BY-NC 4.0", commercial="false")
    with pytest.raises(InvalidValueError, match=r"CC BY-NC.*accept_licence=True"):
        fetch(workspace, ["nc"], mirror=catalogue.mirror)
    mixed = fetch(workspace, ["nc", "tiny-sets"], mirror=catalogue.mirror)
    assert {pack.name: pack.state for pack in mixed.packs} == {"hgnc": "ready", "nc": "failed", "tiny-sets": "ready"}
    assert fetch(workspace, ["nc"], mirror=catalogue.mirror, accept_licence=True).complete


def test_a_pack_that_its_loader_refuses_leaves_the_store_as_it_was(workspace, catalogue):
    catalogue.add("bad", catalogue.https("bad.gmt", b"no set at all\n") + SETS.format(file="bad.gmt", collection="bad"))
    fetch(workspace, ["hgnc"], mirror=catalogue.mirror)
    before = ingests(workspace)
    with pytest.raises(Exception, match=r"bad\.gmt, line 1"):
        fetch(workspace, ["bad"], mirror=catalogue.mirror)
    assert ingests(workspace) == before


def test_a_screen_of_a_pack_is_added_with_its_study_and_benchmark_files(workspace, catalogue):
    symbols = [line.split("\t")[1] for line in (NAMES / "hgnc_entries.tsv").read_text().splitlines()[1:]]
    table = "Gene,Score\n" + "".join(f"{s},{i / 10 - 5}\n" for i, s in enumerate(dict.fromkeys(symbols)))
    hits = catalogue.mirror / "hits.npy"
    np.save(hits, np.array(symbols[-5:]))
    files = catalogue.https("ground_truth_X.csv", table.encode())
    files += catalogue.https("topmovers_X.npy", hits.read_bytes())
    files += catalogue.https("X.json", b'{"Task": "identify genes", "Measurement": "the change"}')
    load = (
        '[[load]]\nloader = "screen"\nfiles = ["ground_truth_X.csv"]\nname = "X"\nphenotype = "IL-2 production"\n'
        'study = "Me 2026"\nmodality = "knockout"\npositive_means = "raises"\nreader = "benchmark_pair"\n'
    )
    catalogue.add("bench-x", files + load, folder="biodiscovery")
    report = fetch(workspace, ["bench-x"], mirror=catalogue.mirror)
    assert report.packs[1].loaded[0].state == "loaded"
    screen = list_screens(workspace.store)[0]
    assert (screen.name, screen.study, screen.modality) == ("X", "Me 2026", "knockout")
    assert screen.hit_rule.startswith("list:")
    assert "identify genes" in screen.text
    assert fetch(workspace, ["bench-x"]).packs[0].loaded[0].state == "already"


@pytest.fixture
def bench(workspace, catalogue) -> Catalogue:
    """A pack with one screen, fetched."""
    table = "Gene,Score\n" + "".join(f"{gene},{value}\n" for gene, value in [("VAV1", 2), ("LCP2", 1), ("IL2", -1)])
    body = catalogue.https("bench.csv", table.encode())
    body += (
        '[[load]]\nloader = "screen"\nfiles = ["bench.csv"]\nname = "bench"\nphenotype = "x"\norganism = "human"\n'
        'positive_means = "raises"\nreader = "generic"\nmap = { gene = "Gene", estimate = "Score" }\n'
    )
    catalogue.add("bench", body)
    fetch(workspace, ["bench"], mirror=catalogue.mirror)
    return catalogue


def test_a_screen_that_is_here_is_recognised_without_its_file_being_read(workspace, bench, monkeypatch):
    def unread(*arguments: object, **options: object) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr("tools.screens.ingestion.adding.add_screen", unread)
    again = fetch(workspace, ["bench"]).packs[0].loaded[0]
    assert (again.name, again.state, again.rows) == ("bench", "already", 0)


def test_a_screens_file_that_changed_and_a_pack_that_says_otherwise_are_noticed(workspace, bench):
    path = pack_folder(workspace, "bench") / "bench.csv"
    path.write_text(path.read_text().replace("VAV1,2", "VAV1,9"))
    # The changed file is not the pinned one, so that the pinned one is put back.
    assert fetch(workspace, ["bench"], mirror=bench.mirror).packs[0].bytes > 0
    toml = bench.packs / "bench.toml"
    toml.write_text(toml.read_text().replace('phenotype = "x"', 'phenotype = "y"'))
    with pytest.raises(ConflictError, match="phenotype"):
        fetch(workspace, ["bench"], mirror=bench.mirror)


def test_packs_that_are_here_are_not_among_the_absent_ones(workspace, bench):
    assert absent_packs(workspace, ["bench", "tiny-sets", "hgnc"]) == ("tiny-sets",)


def test_a_silent_source_is_helped_by_a_fetch_or_by_the_next_step_of_what_is_here(workspace, catalogue):
    catalogue.add("model", 'next_step = "hitscout encode"\n' + catalogue.https("weights.bin", b"weights"))
    assert remedies(workspace, ["model", "tiny-sets"]) == ("hitscout fetch model tiny-sets",)
    fetch(workspace, ["model"], mirror=catalogue.mirror)
    assert remedies(workspace, ["model"]) == ("hitscout encode",)
    assert remedies(workspace, ["tiny-sets", "model"]) == ("hitscout fetch tiny-sets", "hitscout encode")
    fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    assert remedies(workspace, ["tiny-sets"]) == ()


def test_an_unknown_pack_gets_a_near_name_before_anything_is_fetched(workspace, catalogue):
    with pytest.raises(NotFoundError, match="Did you mean tiny-sets"):
        fetch(workspace, ["tiny-set"], mirror=catalogue.mirror)
    assert ingests(workspace) == []


def test_the_list_says_what_is_here(workspace, catalogue):
    before = {pack.name: (pack.fetched, pack.in_store) for pack in list_packs(workspace)}
    assert before["tiny-sets"] == (False, False)
    assert "corum" in before
    fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    after = {pack.name: pack for pack in list_packs(workspace)}
    assert (after["tiny-sets"].fetched, after["tiny-sets"].in_store) == (True, True)
    assert (after["corum"].fetched, after["corum"].commercial) == (False, False)


def test_packs_are_listed_before_there_is_a_store(tmp_path):
    listed = list_packs(Workspace.open(tmp_path / "none.duckdb"))
    assert not any(pack.in_store for pack in listed)
    assert not (tmp_path / "none.duckdb").exists()


def test_a_folder_of_packs_that_is_not_there_is_named(workspace, monkeypatch):
    monkeypatch.setenv("HITSCOUT_PACKS", "/no/such/folder")
    with pytest.raises(InvalidValueError, match="/no/such/folder"):
        list_packs(workspace)


def test_files_of_the_real_mirror_are_the_pinned_ones(named_workspace, shared_data):
    report = fetch(named_workspace, ["essentials"], mirror=shared_data)
    assert report.packs[0].files == 2
    # Few of these genes are in the small nomenclature; every other name is kept as a note.
    loaded = report.packs[0].loaded[0]
    assert loaded.rows + loaded.kept_aside == 684 + 926
    assert "POLR2A" in get_gene_set(named_workspace.store, "essentials", "CEGv2").genes


def test_a_next_step_names_the_folder_of_the_pack_as_a_shell_takes_it(workspace, catalogue):
    step = 'next_step = "hitscout screen add {folder}/cells.h5ad"\n'
    catalogue.add("cells", step + catalogue.https("cells.h5ad", b"cells"))
    report = fetch(workspace, ["cells", "tiny-sets"], mirror=catalogue.mirror)
    said = {pack.name: pack.next_step for pack in report.packs}["cells"]
    assert said == f"hitscout screen add {shlex.quote(str(pack_folder(workspace, 'cells')))}/cells.h5ad"
