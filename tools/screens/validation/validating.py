"""Which genes of a finished screen to test again, and how many of them a repeat would find."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError, NotFoundError
from db.evidence_ids import effect_id
from db.records import Screen
from db.screens.reading import contrasts_of, effects_of, get_screen
from tools.genes.essentials import fitness_genes, fitness_packs
from tools.output_files import Format, format_of, output_path, write_table
from tools.screens.called_effects import called_effects
from tools.screens.validation.chances import STRONGEST, evidence_of, learn
from tools.screens.validation.repeats import directions_of
from tools.screens.validation.weights import LEARNT, LEARNT_WITHOUT_P
from tools.workspace import Workspace

MEANS = f"The chance is that of being among the strongest {STRONGEST:.0%} of one more repeat, such as another donor."
OF_OTHERS = (
    "It was learnt on pairs of donors of two genome-wide screens with three guides a gene, and holds for screens about"
    " as good: of a better one more is found again, of a worse one less."
)
OF_ITS_OWN = "It was learnt on the screen's own replicates, each held against the others; together they know more."
FEWEST = 1_000
"""Genes in two replicates from which a screen teaches its own weights."""


@dataclass(frozen=True)
class ToValidate:
    """A gene to test again.

    Attributes:
        rank: 1 for the likeliest.
        perturbation: Its name.
        chance: That a repeat finds it.
        estimate: Its harmonised effect; positive raises the phenotype.
        fdr: FDR on the side of its sign; None where the screen has none.
        fitness: Whether it is a fitness gene, whose effect may be one on growth.
        evidence: Evidence id.
    """

    rank: int
    perturbation: str
    chance: float
    estimate: float
    fdr: float | None
    fitness: bool
    evidence: str


@dataclass(frozen=True)
class Validation:
    """A list to test again.

    Attributes:
        screen: Name of the primary screen.
        measured: Genes that it measured.
        size: How many are to be tested again.
        specific: Whether fitness genes were left out.
        expected: How many of the list a repeat would find.
        expected_by_effect: The same of as many genes by the size of the effect alone.
        expected_at_random: The same of as many genes drawn at random.
        genes: The list, the likeliest first; of a written one the first.
        out: The file; None where none was written.
        notes: What a person should know, in sentences.
    """

    screen: str
    measured: int
    size: int
    specific: bool
    expected: float
    expected_by_effect: float
    expected_at_random: float
    genes: tuple[ToValidate, ...]
    out: Path | None
    notes: tuple[str, ...]


def screen_validate(workspace: Workspace, screen: str, *, size: int = 500, specific: bool = False) -> Validation:
    """Says which genes of a finished primary screen to test again, each with the chance that a repeat finds it.

    Effect, p-value and fitness count together: of two Schmidt donors this finds more of the other donor's strongest 5 %
    than the size of the effect or the FDR does (`hitscout benchmark validation`).

    Args:
        workspace: Its store has the screen, and the lists of fitness genes where these were fetched.
        screen: Name of the primary screen.
        size: How many genes are to be tested again.
        specific: Whether fitness genes are left out.

    Raises:
        NotFoundError: There is no such screen, or it has no effects.
        InvalidValueError: `size` is below 1, or above the number of genes.
    """
    table, found = _listed(workspace, screen, size, specific=specific)
    return _result(workspace, table, found, None)


def validation_export(
    workspace: Workspace, screen: str, out: Path, *, size: int = 500, specific: bool = False,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    overwrite: bool = False,
) -> Validation:  # fmt: skip
    """Writes the genes of a finished primary screen that are to be tested again, each with its chance.

    Args:
        workspace: As for `screen_validate`.
        screen: Name of the primary screen.
        out: The file, whose ending names its format.
        size: How many genes are to be tested again.
        specific: Whether fitness genes are left out.
        format: Format of the file, whatever its ending.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: As for `screen_validate`.
        InvalidValueError: Likewise, or the file's ending names no format.
        RefusedFileError: The file may not be written.
    """
    form = format_of(out, format)
    target = output_path(workspace, out, overwrite=overwrite)
    table, found = _listed(workspace, screen, size, specific=specific)
    rows = table.head(size).reset_index().rename(columns={"index": "perturbation"})
    rows.insert(0, "rank", np.arange(1, len(rows) + 1))
    columns = ["rank", "perturbation", "chance", "estimate", "fdr", "fitness"]
    write_table(rows[columns], target, form, overwrite=overwrite)
    return _result(workspace, table, found, out)


@dataclass(frozen=True)
class _Found:
    screen: Screen
    measured: int
    size: int
    specific: bool
    expected: tuple[float, float, float]
    certain: bool
    own: bool


def _listed(workspace: Workspace, name: str, size: int, *, specific: bool) -> tuple[pd.DataFrame, _Found]:
    """All genes that may be on the list, the likeliest first: chance, estimate, fdr, fitness; and what it expects."""
    screen = get_screen(workspace.store, name)
    effects = effects_of(workspace.store, screen.id)
    if effects.empty:
        raise NotFoundError(f"{screen.name} has no effects.", f"Give another screen: {act('screen_list')}.")
    fitness = fitness_genes(workspace)
    evidence = evidence_of(effects, screen.side, fitness)
    certain = bool(evidence["certainty"].notna().all())
    own = (
        [one for one in directions_of(workspace.store, screen, fitness) if len(one.evidence) >= FEWEST]
        if certain
        else []
    )
    if own:
        weights = learn([one.evidence for one in own], [one.found for one in own])
    else:
        weights = LEARNT if certain else LEARNT_WITHOUT_P
    table = evidence.assign(
        chance=weights.chances(evidence), fdr=called_effects(workspace.store, screen)["fdr"]
    )  # fmt: skip
    table = table[table["fitness"] == 0] if specific else table
    if not 1 <= size <= len(table):
        raise InvalidValueError(
            f"A list of {size:,} genes of {len(table):,} that {screen.name} measured"
            + (" and that are no fitness genes." if specific else "."),
            f"Give {option('size')} from 1 to {len(table):,}; 100 to 2,000 are usual.",
        )
    table = table.sort_index().sort_values(["chance", "strength"], ascending=False, kind="stable")
    by_effect = table.sort_values("strength", ascending=False, kind="stable")["chance"].head(size).sum()
    expected = float(table["chance"].head(size).sum()), float(by_effect), float(table["chance"].mean() * size)
    table = table.assign(fitness=table["fitness"] > 0)
    return table, _Found(screen, len(evidence), size, specific, expected, certain, bool(own))


def _result(workspace: Workspace, table: pd.DataFrame, found: _Found, out: Path | None) -> Validation:
    contrast = contrasts_of(workspace.store, found.screen.id)[0].id
    first = table.head(found.size)
    columns = (first[name].tolist() for name in ("chance", "estimate", "fdr", "fitness"))
    genes = tuple(
        ToValidate(
            rank, str(name), chance, estimate, None if np.isnan(fdr) else fdr, fitness, effect_id(contrast, str(name))
        )
        for rank, (name, chance, estimate, fdr, fitness) in enumerate(zip(first.index, *columns, strict=True), 1)
    )
    notes = [f"{MEANS} {OF_ITS_OWN if found.own else OF_OTHERS}"]
    if not found.certain:
        notes.append(f"{found.screen.name} has no p-values for all of its genes: the size of the effect counts alone.")
    lacking = fitness_packs(workspace)
    if lacking:
        notes.append(f"Which genes are fitness genes is not fully known: {act('fetch', list(lacking))}.")
    return Validation(
        found.screen.name, found.measured, found.size, found.specific, *found.expected, genes, out, tuple(notes)
    )
