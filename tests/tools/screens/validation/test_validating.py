"""Lists to test again: what a repeat would find of them, their own weights and files, and refusals in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from db.store import Store
from tests.synthetic_store import FITNESS, SYMBOLS, add_knowledge, workspace_on
from tools.benchmarks.validation import benchmark_validation
from tools.screens.ingestion.adding import add_screen
from tools.screens.validation import validating
from tools.screens.validation.validating import screen_validate, validation_export

_RATE = np.where(np.isin(SYMBOLS, FITNESS), 0.7, 0.1)
SIGNAL = (
    np.random.default_rng(3).normal(size=len(SYMBOLS)) * (np.random.default_rng(4).random(len(SYMBOLS)) < _RATE) * 2
)
"""Most fitness genes do something, as growth leaks into a readout: this is what the size of an effect does not know."""
NOISE = 0.8


def mageck(path, seed, signal=SIGNAL):
    from scipy.stats import norm

    lfc = signal + np.random.default_rng(seed).normal(size=len(SYMBOLS)) * NOISE
    low, high = norm.cdf(lfc / NOISE), norm.sf(lfc / NOISE)
    frame = pd.DataFrame({"id": SYMBOLS, "num": 4})
    for side, p in (("neg", low), ("pos", high)):
        frame[f"{side}|score"] = frame[f"{side}|p-value"] = p
        frame[f"{side}|fdr"] = np.minimum(1, p * 20)
        frame[f"{side}|rank"], frame[f"{side}|goodsgrna"], frame[f"{side}|lfc"] = p.argsort().argsort() + 1, 3, lfc
    frame.to_csv(path, sep="\t", index=False)
    return path


def add(space, folder, name, phenotype, seeds, signal=SIGNAL):
    files = [mageck(folder / f"{name}_d{seed}.gene_summary.txt", seed, signal) for seed in seeds]
    add_screen(
        space, files[0], name=name, phenotype=phenotype, positive_means="raises", study=name, hit_rule="top 5%",
        replicate_files=tuple(files[1:]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validation")
    store = Store(folder / "world.duckdb").create()
    add_knowledge(store)
    made = workspace_on(store, folder)
    add(made, folder, "one", "IL-2 production", (11, 12))
    add(made, folder, "two", "CD69 level", (13, 14), -SIGNAL)
    add(made, folder, "alone", "tau level", (15,))
    return made


def test_a_list_says_how_many_a_repeat_would_find(space):
    found = screen_validate(space, "alone", size=60)
    assert [one.rank for one in found.genes] == list(range(1, 61))
    chances = [one.chance for one in found.genes]
    assert chances == sorted(chances, reverse=True)
    assert found.expected == pytest.approx(sum(chances))
    assert found.expected > found.expected_by_effect > found.expected_at_random


def test_a_screen_with_replicates_teaches_its_own_weights(space, monkeypatch):
    assert "pairs of donors" in screen_validate(space, "one", size=20).notes[0]
    monkeypatch.setattr(validating, "FEWEST", 100)
    own = screen_validate(space, "one", size=20)
    assert "own replicates" in own.notes[0]
    assert "pairs of donors" in screen_validate(space, "alone", size=20).notes[0]


def test_fitness_genes_are_left_out_where_that_is_asked(space):
    assert {one.perturbation for one in screen_validate(space, "one", size=600).genes} == set(SYMBOLS)
    specific = screen_validate(space, "one", size=500, specific=True)
    assert not {one.perturbation for one in specific.genes} & set(FITNESS)
    assert not any(one.fitness for one in specific.genes)


def test_a_list_is_written_whole_and_nothing_is_replaced_unasked(space, tmp_path):
    out = tmp_path / "validate.csv"
    made = validation_export(space, "one", out, size=40)
    rows = pd.read_csv(out)
    assert list(rows) == ["rank", "perturbation", "chance", "estimate", "fdr", "fitness"]
    assert rows["perturbation"].tolist() == [one.perturbation for one in made.genes]
    before = out.read_bytes()
    with pytest.raises(Exception, match="there already"):
        validation_export(space, "one", out, size=10)
    assert out.read_bytes() == before


@pytest.mark.parametrize(("size", "specific"), [(0, False), (601, False), (600, True)])
def test_an_impossible_size_is_refused_with_what_would_be_possible(space, size, specific):
    with pytest.raises(InvalidValueError, match=r"from 1 to \d+"):
        screen_validate(space, "one", size=size, specific=specific)


def test_a_screen_that_is_not_there_is_refused(space):
    with pytest.raises(NotFoundError, match="no screen 'won'"):
        screen_validate(space, "won")


def test_the_benchmark_judges_each_phenotype_by_weights_of_the_others(space):
    made = benchmark_validation(space)
    assert {(one.screen, one.chosen_from, one.judged_on) for one in made.directions} == {
        ("one", "one_d11", "one_d12"), ("one", "one_d12", "one_d11"), ("two", "two_d13", "two_d14"),
        ("two", "two_d14", "two_d13"),
    }  # fmt: skip
    first = next(row for row in made.rows if (row.pool, row.size) == ("nonessential", 100))
    assert first.over_effect == pytest.approx(first.chance - first.effect)
    assert first.low <= first.over_effect <= first.high
    assert all(one.calibration_error < 0.1 for one in made.directions)
    again = benchmark_validation(space)
    assert again.rows == made.rows


def test_the_benchmark_needs_two_phenotypes(space):
    with pytest.raises(NotFoundError, match="1 phenotypes have replicates"):
        benchmark_validation(space, ["one"])
