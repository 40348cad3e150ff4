"""The catalogue's files: complete, pinned, with terms; and what a wrong one is told."""

from __future__ import annotations

import csv
import re

import pytest

from db.errors import InvalidValueError, NotFoundError
from db.records import Screen, relation
from tools.genes.texts.wordllama import PACK, TOKENIZER, VECTORS
from tools.packs.definition import HttpsFile, WheelFile, parse_pack, read_pack, read_packs

SMALL = """
name = "small"
title = "A small pack"
default = false
licence = "CC0"
commercial = true
citation = "Nobody 2026"

[[file]]
kind = "https"
repository = "owner/name"
commit = "0123456789012345678901234567890123456789"
path = "data/sets.gmt"
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
bytes = 12

[[load]]
loader = "gene_sets"
files = ["sets.gmt"]
layout = "gmt"
collection = "small"
"""


def test_every_pack_of_the_catalogue_can_be_read_and_says_its_terms():
    packs = read_packs()
    assert len(packs) >= 15
    for pack in packs:
        assert pack.licence, pack.name
        assert pack.citation, pack.name
        assert pack.bytes > 0, pack.name


def test_the_default_packs_come_from_the_package_index_and_allow_commercial_use():
    defaults = [pack for pack in read_packs() if pack.default]
    assert {pack.name for pack in defaults} == {
        "hgnc", "orthologs", "genedisco", "pathways", "gobp", "depmap", "wordllama",
    }  # fmt: skip
    assert all(isinstance(file, WheelFile) for pack in defaults for file in pack.files)
    assert all(pack.commercial for pack in defaults)


def test_complexes_with_non_commercial_terms_are_never_default():
    pack = read_pack("corum")
    assert (pack.commercial, pack.default) == (False, False)
    assert "NC" in pack.licence


def test_all_six_benchmark_screens_share_one_folder_and_each_has_its_three_files():
    packs = [pack for pack in read_packs() if pack.group == "biodiscovery"]
    names = {step.options["name"] for pack in packs for step in pack.loads}
    assert names == {
        "IFNG", "IL2", "Sanchez21_down", "Carnevale22_Adenosine", "Scharenberg22", "Steinhart_crispra_GD2_D22",
    }  # fmt: skip
    for pack in packs:
        key = pack.loads[0].options["name"]
        assert pack.folder == "biodiscovery"
        assert {name for file in pack.files for name in file.names} == {
            f"ground_truth_{key}.csv", f"topmovers_{key}.npy", f"{key}.json",
        }  # fmt: skip


def test_pinned_files_are_those_of_the_manifest(shared_data):
    with (shared_data / "manifest.tsv").open(newline="") as stream:
        listed = {
            (row["repository"], row["commit"], row["path"]): row for row in csv.DictReader(stream, delimiter="\t")
        }
    files = [file for pack in read_packs() for file in pack.files if isinstance(file, HttpsFile)]
    # Of MorPhiC the manifest lists what was made of its tables, and gives repository and commit.
    morphic = {file for file in files if file.repository == "morphic-bio/MorPhiC_bulk_RNAseq"}
    commits = {(repository, commit) for repository, commit, _ in listed}
    assert len(morphic) == 93
    assert {(file.repository, file.commit) for file in morphic} <= commits
    files = [file for file in files if file not in morphic]
    assert len(files) == 54
    # Pinned to a commit like the others, but not among the files that came with the project.
    elsewhere = [file.path for file in files if (file.repository, file.commit, file.path) not in listed]
    assert set(elsewhere) <= {"resources/protein_atlas/RNAtableExtended.tsv.gz", "data/etv2.rda"}
    for file in (one for one in files if one.path not in elsewhere):
        row = listed[(file.repository, file.commit, file.path)]
        assert (file.sha256, file.bytes) == (row["sha256"], int(row["bytes"]))


def as_screen(name: str) -> Screen:
    pack, step = next((pack, step) for pack in read_packs() for step in pack.loads if step.options.get("name") == name)
    words = {key: step.options.get(key, "") for key in ("study", "cell_type", "phenotype", "modality")}
    words["study"] = words["study"] or pack.study
    rest = {"organism": "human", "condition": "", "library": "", "method": "", "readout": "", "readout_gene": ""}
    return Screen(id=0, name=name, text="", hit_rule="top 5%", side="both", ingest_id=0, **words, **rest)


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ("schmidt-ifng", "IFNG", "copy"),
        ("schmidt-il2", "IL2", "copy"),
        ("sanchez-tau", "Sanchez21_down", "copy"),
        ("schmidtsteinhart-il2", "IL2", "copy"),
        ("schmidtsteinhart-il2", "schmidt-il2", "copy"),
        ("schmidtsteinhart-ifng", "IFNG", "copy"),
        ("schmidtsteinhart-ifng", "schmidtsteinhart-il2", "sibling"),
        ("schmidt-ifng", "IL2", "sibling"),
        ("freimer-il2ra", "freimer-il2", "sibling"),
        ("freimer-il2ra", "arce-il2ra-resting-teff", "other"),
        ("IFNG", "Carnevale22_Adenosine", "other"),
        ("zhu-sarscov2", "zhuang-nk", "other"),
        ("zhu-sarscov2", "isg-sarscov2", "other"),
        ("zhuang-nk", "hagel-cart", "other"),
        ("hl60-differentiation", "hl60-migration", "sibling"),
    ],
)
def test_the_same_experiment_in_two_packs_is_declared_a_copy(a, b, wanted):
    assert relation(as_screen(a), as_screen(b)) == wanted


def test_every_screen_of_the_catalogue_declares_what_a_replay_must_know():
    steps = [(pack, step) for pack in read_packs() for step in pack.loads if step.loader == "screen"]
    assert len(steps) == 27
    for pack, step in steps:
        assert step.options.get("study") or pack.study, step.files
        for key in ("name", "phenotype", "cell_type", "modality", "positive_means", "side", "reader"):
            assert step.options.get(key), (step.files, key)


def test_a_pack_is_read():
    pack = parse_pack("small", SMALL)
    assert pack.folder == "small"
    assert pack.files[0].url == (
        "https://raw.githubusercontent.com/owner/name/0123456789012345678901234567890123456789/data/sets.gmt"
    )
    assert pack.loads[0].options == {"layout": "gmt", "collection": "small"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A small pack"\n', "", "small.toml: title is missing"),
        ("default = false", 'default = "no"', "small.toml: default is 'no', not bool"),
        ("default = false", "default = false\ncolour = 1", "small.toml: unknown keys colour"),
        ('name = "small"', 'name = "other"', "small.toml: name is 'other'"),
        ("bytes = 12", "bytes = 12\nsize = 1", "small.toml, file 1: unknown keys size"),
        ('kind = "https"', 'kind = "ftp"', "small.toml, file 1: kind is 'ftp'"),
        ("0123456789abcdef0123456789", "xyz", "small.toml, file 1: sha256 is 'xyz"),
        ('commit = "0123456789', 'commit = "main', "small.toml, file 1: commit is 'main"),
        ('loader = "gene_sets"', 'loader = "genesets"', "small.toml, load 1: loader is 'genesets'"),
        ('layout = "gmt"', 'layuot = "gmt"', "small.toml, load 1: gene_sets knows no layuot"),
        ('files = ["sets.gmt"]', 'files = ["set.gmt"]', "small.toml: gene_sets reads set.gmt"),
        ('files = ["sets.gmt"]', "files = []", "small.toml, load 1: files must list texts"),
        ('path = "data/sets.gmt"', 'path = "data/.."', "a file's name has letters"),
        ("commercial = true", "commercial = false", None),
        ("default = false", "default = true", None),
        ("default = false\nlicence", "default = true\nlicence", None),
        ("[[load]]", "[load]", "small.toml: load is"),
        ("bytes = 12", "bytes = true", "small.toml, file 1: bytes is True, not int"),
        ('kind = "https"\n', "", "small.toml, file 1: kind is missing"),
        ('files = ["sets.gmt"]', "files = [1]", "small.toml, load 1: files must list texts"),
        ("[[file]]", "[[fil]]", "small.toml: file is missing"),
        ("[[file]]", "[[fil", "small.toml is no TOML"),
    ],
)
def test_a_wrong_pack_is_told_its_file_and_key(old, new, message):
    assert old in SMALL
    if message is None:
        assert parse_pack("small", SMALL.replace(old, new)).name == "small"
        return
    with pytest.raises(InvalidValueError, match=re.escape(message)):
        parse_pack("small", SMALL.replace(old, new))


def test_a_pack_with_non_commercial_terms_cannot_be_made_a_default():
    text = SMALL.replace("default = false", "default = true").replace("commercial = true", "commercial = false")
    with pytest.raises(InvalidValueError, match="never a default"):
        parse_pack("small", text)


def test_an_unknown_pack_gets_a_near_name():
    with pytest.raises(NotFoundError, match="Did you mean pathways"):
        read_pack("pathway")


def test_a_pack_may_load_nothing_and_be_used_from_its_folder():
    pack = read_pack("minilm")
    assert pack.loads == ()
    assert pack.next_step == "hitscout encode"
    assert [name for file in pack.files for name in file.names] == ["model.onnx", "tokenizer.json"]


def test_the_word_vectors_are_those_that_their_encoder_reads_and_the_next_step_is_a_command():
    pack = read_pack("wordllama")
    assert [name for file in pack.files for name in file.names] == [VECTORS, TOKENIZER]
    assert pack.next_step == f"hitscout encode --encoder {PACK}"


def test_the_lines_of_perturbqa_share_one_folder_and_sets_are_of_the_same_cell_line_as_k562():
    packs = {pack.name: pack for pack in read_packs() if pack.group == "perturbqa"}
    assert set(packs) == {f"perturbqa-{line}" for line in ("k562", "rpe1", "hepg2", "jurkat", "k562-set")}
    assert {pack.folder for pack in packs.values()} == {"perturbqa"}
    cells = {name: pack.loads[0].options["cell_type"] for name, pack in packs.items()}
    assert cells["perturbqa-k562-set"] == cells["perturbqa-k562"] == "K562"


def test_each_benchmark_screen_and_each_screen_of_a_study_of_its_own_has_a_frozen_line_on_cells_and_assay():
    newer = {"haney-phagocytosis", "hagel-cart", "nmd-reporter", "tian-neuron-survival", "hl60", "isg-sarscov2"}
    lines = {
        step.options["name"]: str(step.options.get("described", ""))
        for pack in read_packs()
        if pack.group == "biodiscovery" or pack.name in newer
        for step in pack.loads
    }
    assert len(lines) == 6 + 7
    assert all(40 < len(line) < 400 for line in lines.values())
    assert not any("pathway" in line or "signal" in line for line in lines.values())


def test_a_score_without_a_sign_is_declared_so_and_its_hits_lie_on_no_side():
    (step,) = read_pack("haney-phagocytosis").loads
    told = {key: step.options[key] for key in ("positive_means", "side", "hit_rule")}
    assert told == {"positive_means": "unsigned", "side": "both", "hit_rule": "|score|>21.2"}
