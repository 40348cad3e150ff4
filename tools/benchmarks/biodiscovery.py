"""Published benchmarks, by their own protocols: the question is which genes to perturb next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from db.acts import DIR, act, option
from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.files.objects import read_json
from db.genes.names import GeneNames, has_genes
from db.records import Modality, Organism, Question, Side
from db.screens.reading import effects_of
from db.view import View
from tools.genes.essentials import FILE, PACK, essential_names, fitness_genes
from tools.grades.judge import Judge
from tools.packs.definition import read_packs
from tools.prediction.computed_list import DEFAULT_ACQUISITION, DEFAULT_PREDICTOR
from tools.prediction.priors import relation_to_question
from tools.replays.replay import Pool, Text, play_targets
from tools.replays.report import ReplayReport
from tools.replays.target import DIRECTION, ReplayTarget, lacking_lists, make_table, undeclared_warning
from tools.screens.readers.benchmark_pair import BenchmarkPair
from tools.screens.strength import strength
from tools.screens.tables.reading import BY_ITSELF
from tools.screens.tables.source_file import opened
from tools.workspace import Workspace

GROUP = "biodiscovery"
PREFIX, SUFFIX = "ground_truth_", ".csv"
WEAK_HITS = 0.3
"""With a larger share of the hits among the weaker half of all effects, the labels do not mean strong effects."""


def benchmark_biodiscovery(
    workspace: Workspace,
    data: Path | None = None,
    screens: Sequence[str] | None = None,
    *,
    rounds: int = 5,
    size: int | None = None,
    seeds: int = 10,
    pool: Pool = "specific",
    siblings: bool = False,
    text: Text = "json",
    judge: Judge | None = None,
    predictor: str = DEFAULT_PREDICTOR,
    acquisition: str = DEFAULT_ACQUISITION,
    controls: bool = True,
    workers: int | None = None,
    trained_until: str = "",
) -> ReplayReport:
    """Plays the screens of BioDiscoveryAgent (arXiv 2405.17631) by its protocol: five rounds of 128 genes.

    Only the effects of chosen genes are revealed, never hit flags, the number of hits or the threshold. The headline
    is of specific hits, in the pool without fitness genes. What others published is another setting, ``pool="all"``:
    the hit ratio without essential genes (CEGv2), which still cost their places; ``pool="nonessential"`` takes these
    out of the library beforehand. Genes, hits and essential genes are matched on the file's own names.

    Args:
        workspace: Its store has the priors; the fetched pack is the default folder.
        data: A folder of ``ground_truth_X.csv`` with ``topmovers_X.npy`` and, if there, ``X.json``.
        screens: Names X; all of the folder where None.
        rounds: Number of rounds.
        size: Genes of a round; where None 128, or 32 for libraries under 2,000.
        seeds: Number of seeds.
        pool: ``specific``, ``nonessential`` or ``all``, as in `tools.replays.replay.replay`.
        siblings: Whether other phenotypes of the same study may be priors.
        text: ``json``: Task and Measurement word for word; ``described``: the catalogue's line on cells and assay.
        judge: Who fills slots, besides.
        predictor: Name of the predictor.
        acquisition: Name of the acquisition.
        controls: Whether the controls are played too.
        workers: Processes; where None one for each processor. With a judge everything is played in this one.
        trained_until: Year up to which the language model of the judge was trained: it cannot remember a screen that
            was published later.

    Raises:
        NotFoundError: The folder, a screen or the list of essential genes is not at hand.
        RefusedFileError: A file cannot be read, or its hits are not its strong effects.
        InvalidValueError: A number makes no sense, there is no text of the kind asked for, or the pool's list of genes
            is not at hand.
    """
    folder = data if data is not None else workspace.paths.packs / GROUP
    essential = essential_names(workspace, folder)
    if essential is None:
        raise NotFoundError(
            f"The list of essential genes ({FILE}) is not at hand, and the headline is without them.",
            f"{act('fetch', [PACK])} brings it, or put {FILE} into {folder}.",
        )
    names = benchmark_names(folder) if screens is None else list(dict.fromkeys(screens))
    targets = [benchmark_target(workspace, folder, name, essential, text) for name in names]
    return play_targets(
        workspace, targets, rounds=rounds, size=size, seeds=seeds, pool=pool, siblings=siblings, text=text,
        judge=judge, predictor=predictor, acquisition=acquisition, controls=controls, workers=workers,
        trained_until=trained_until,
    )  # fmt: skip


def benchmark_names(folder: Path) -> list[str]:
    """The screens of a folder: every X with ``ground_truth_X.csv`` and ``topmovers_X.npy``.

    Args:
        folder: The folder.

    Raises:
        NotFoundError: There is no such folder, or no screen in it.
    """
    names = sorted(path.name.removeprefix(PREFIX).removesuffix(SUFFIX) for path in folder.glob(f"{PREFIX}*{SUFFIX}"))
    found = [name for name in names if (folder / f"topmovers_{name}.npy").is_file()]
    if not found:
        raise NotFoundError(
            f"There is no benchmark screen in {folder}.",
            f"{act('fetch', [GROUP])} brings them (with {option(mirror=DIR)} where there is no internet), or name a"
            " folder"
            f" of ground_truth_X.csv and topmovers_X.npy: {option(data=DIR)}.",
        )
    return found


def benchmark_target(
    workspace: Workspace, folder: Path, name: str, essential: frozenset[str], text: Literal["json", "described"]
) -> ReplayTarget:
    """One benchmark screen as a target.

    Args:
        workspace: Its store has the gene names.
        folder: Where the files are.
        name: The screen's name X.
        essential: Names of essential genes.
        text: Which words stand for the question.

    Raises:
        NotFoundError: The folder has no such screen.
        RefusedFileError: A file cannot be read, or its hits are not its strong effects.
        InvalidValueError: There is no described text.
    """
    path = folder / f"{PREFIX}{name}{SUFFIX}"
    if not path.is_file():
        known = ", ".join(benchmark_names(folder))
        raise NotFoundError(f"There is no benchmark screen {name!r} in {folder}.", f"There are: {known}.")
    with opened(path) as source:
        read = BenchmarkPair().read(source, BY_ITSELF)
    rows = read.rows.drop_duplicates("name")
    hit_names = frozenset(read.hits or ())
    declared = _declared(path.name)
    lowers = declared.get("positive_means") == "lowers"
    effects = rows["estimate"].astype(float) * (-1.0 if lowers else 1.0)
    side = _side(name, effects, rows["name"].isin(hit_names), declared.get("side"))
    symbols = _symbols(workspace, rows["name"])
    study = str(declared.get("study") or _json(folder / f"{name}.json").get("Study", ""))
    question = _question(name, declared, side, study, read.text, text)
    table = make_table(rows["name"], symbols, effects, hit_names, essential, fitness_genes(workspace))
    rates, copy = _rates_of_copy(workspace, question)
    table = table.assign(**rates.reindex(table.index))
    lent = (f"This file has no false discovery rates; those of {copy}, the same experiment, are used.",) if copy else ()
    return ReplayTarget(
        name=name, question=question, table=table, missing=lacking_lists(workspace, essential),
        warnings=lent if study else (undeclared_warning(name), *lent),
    )  # fmt: skip


def _rates_of_copy(workspace: Workspace, question: Question) -> tuple[pd.DataFrame, str]:
    """False discovery rates of the same experiment, by perturbation, and the screen of the store that they are of.

    The files of the benchmark have none. They serve the report alone: copies are hidden from whatever chooses.
    """
    sides = ["fdr_low", "fdr_high"]
    found = [(pd.DataFrame(columns=sides, dtype=float), "")]
    screens = View(workspace.store).screens() if workspace.store.exists() else ()
    for screen in screens:
        if relation_to_question(question, screen) == "copy":
            effects = effects_of(workspace.store, screen.id)
            found.append((effects.groupby("perturbation")[sides].mean().dropna(how="all"), screen.name))
    rates, name = max(found, key=lambda one: len(one[0]))
    return rates, name if len(rates) else ""


def _declared(file: str) -> Mapping[str, Any]:
    """What the catalogue says of a benchmark's file: study, phenotype, cell type, side …; empty for an unknown one."""
    for pack in read_packs():
        for step in pack.loads:
            if pack.group == GROUP and file in step.files:
                return {"study": pack.study, **step.options}
    return {}


def _json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    content = read_json(path)
    return content if isinstance(content, dict) else {}


def _side(name: str, effects: pd.Series[float], is_hit: pd.Series[bool], declared: str | None) -> Side:
    """The side on which hits lie: as declared, else the one whose strongest effects are most of the hits.

    The protocol tells a predictor the rule's side, never how many hits there are.
    """
    count = int(is_hit.sum())
    if count == 0:
        raise RefusedFileError(
            f"None of the hits of {name} is in its table.",
            "The two files must be of one screen and use the same names.",
        )
    sides: tuple[Side, ...] = ("both", "high", "low")
    overlap = {one: _overlap(strength(effects, one), is_hit) for one in sides}
    side: Side = next((one for one in sides if one == declared), max(sides, key=lambda one: overlap[one]))
    strengths = strength(effects, side)
    weak = float((strengths[is_hit] < strengths.median()).mean())
    if weak > WEAK_HITS:
        hint = " Use Sanchez21_down." if name.startswith("Sanchez21") else ""
        raise RefusedFileError(
            f"The labels of {name} are broken: {weak:.0%} of its hits are among the weaker half of all effects.",
            f"Leave it out, or give the file whose hits are its strong effects.{hint}",
        )
    return side


def _overlap(strengths: pd.Series[float], is_hit: pd.Series[bool]) -> float:
    """Share of the hits among as many strongest effects."""
    count = int(is_hit.sum())
    order = np.argsort(-strengths.to_numpy(float), kind="stable")[:count]
    return float(is_hit.to_numpy(bool)[order].mean())


def _symbols(workspace: Workspace, names: pd.Series[str]) -> pd.Series[str]:
    """Approved symbol of each name, empty where it means none or several."""
    with workspace.store.read() as connection:
        named = has_genes(connection, "human")
    if not named:
        return pd.Series("", index=names.index)
    found = GeneNames.load(workspace.store, "human").resolve(list(names))
    return pd.Series([one.gene.symbol if one.gene else "" for one in found], index=names.index)


def _question(
    name: str,
    declared: Mapping[str, Any],
    side: Side,
    study: str,
    verbatim: str,
    text: Literal["json", "described"],
) -> Question:
    if text == "described" and not declared.get("described"):
        raise InvalidValueError(
            f"The catalogue has no description of {name}, and one written for the occasion would be a hint.",
            f"{option(text='json')} takes the words that came with the file.",
        )
    organism: Organism = "mouse" if declared.get("organism") == "mouse" else "human"
    modalities: tuple[Modality, ...] = ("knockout", "interference", "activation")
    return Question(
        phenotype=str(declared.get("phenotype") or name),
        organism=organism,
        cell_type=str(declared.get("cell_type", "")),
        readout=str(declared.get("readout", "")),
        direction=DIRECTION[side],
        modality=next((one for one in modalities if one == declared.get("modality")), ""),
        hit_rule="top 5%",
        text=verbatim if text == "json" else str(declared["described"]),
        study=study,
    )
