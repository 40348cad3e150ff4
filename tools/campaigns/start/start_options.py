"""What a campaign is started from: its options, and the lists and screens that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from db.campaigns.campaigns import perturbation_genes
from db.errors import InvalidValueError, NotFoundError
from db.genes.nomenclature import symbols_of
from db.records import Direction, Modality, Organism
from db.screens.reading import library_of
from db.store import Store
from tools.genes.essentials import about_growth, common_essentials
from tools.genes.name_lists import Resolved, read_expression, read_list, resolve_list
from tools.screens.chosen_screen import screen_or_file
from tools.workspace import Workspace

PROTEIN_CODING = "protein-coding"
ESSENTIAL_REASON = "common essential: what kills a cell changes nearly every readout"
_PROTEIN_LOCUS = "gene with protein product"


@dataclass(frozen=True)
class StartOptions:
    """The options of `tools.campaigns.start.start.campaign_start`, where each is described."""

    name: str
    phenotype: str
    text: str = ""
    organism: Organism = "human"
    cell_type: str = ""
    readout: str = ""
    direction: Direction = "both"
    modality: Modality = ""
    hit_rule: str = ""
    study: str = ""
    measured: str = ""
    library: str = PROTEIN_CODING
    size: int = 128
    mode: Literal["discover", "validate"] = "discover"
    exclude: Path | None = None
    expressed: Path | None = None
    min_tpm: float = 1.0
    flag_essential: bool = False
    guides_per_gene: int = 4
    coverage: int = 500
    price: float | None = None
    positive_controls: tuple[str, ...] = ()
    positive_means: Literal["raises", "lowers", ""] = ""
    readout_gene: str = ""
    reader: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    controls: tuple[str, ...] = ()
    screen_weights: Mapping[str, float] = field(default_factory=dict)
    gene_sets: tuple[str, ...] = ()


def library_of_options(store: Store, options: StartOptions) -> Resolved:
    """The perturbations that can be nominated, and names of the library that could not be used.

    Args:
        store: The store.
        options: What was asked for.
    """
    if options.library == PROTEIN_CODING:
        names = symbols_of(store, options.organism, _PROTEIN_LOCUS)
        if not names:
            raise NotFoundError(
                f"The store does not know which {options.organism} genes are protein-coding.",
                "`hitscout fetch hgnc` gets that for human genes; otherwise name a screen or a file: --library.",
            )
        return resolve_list(store, options.organism, names, "library")
    found = screen_or_file(store, options.library, "library")
    if isinstance(found, Path):
        return resolve_list(store, options.organism, [line.name for line in read_list(found, "library")], "library")
    if found.organism != options.organism:
        raise InvalidValueError(
            f"The library {found.name!r} is of {found.organism} genes, the campaign of {options.organism} cells.",
            f"Give --organism {found.organism}, or another library.",
        )
    return Resolved(perturbation_genes(store, options.organism, library_of(store, found.id)), ())


def exclusions_of_options(store: Store, options: StartOptions) -> Resolved:
    """Perturbations that must not be nominated, with a column reason.

    Args:
        store: The store.
        options: What was asked for.
    """
    lines = read_list(options.exclude, "exclusions") if options.exclude else []
    reasons = {line.name: line.second for line in lines}
    resolved = resolve_list(store, options.organism, [line.name for line in lines], "exclusions")
    where = options.exclude.name if options.exclude else ""
    frame = resolved.perturbations
    frame["reason"] = [reasons[listed] or f"listed in {where}" for listed in frame["listed"]]
    return Resolved(frame, resolved.ignored)


def essentials_of_options(workspace: Workspace, options: StartOptions, names: Sequence[str]) -> pd.DataFrame:
    """Common essential genes that a campaign leaves out unless it is told to flag them.

    What kills a cell changes nearly every readout: left among the candidates, essential genes fill a list and teach
    nothing on the phenotype. A library that the user names is taken as it is, and a phenotype of growth or death is
    theirs.

    Args:
        workspace: Its store knows which genes are essential.
        options: What was asked for.
        names: The library.

    Returns:
        Columns name and reason.
    """
    keep = options.flag_essential or options.library != PROTEIN_CODING or about_growth(options.phenotype)
    found = [] if keep else sorted(common_essentials(workspace) & set(names))
    return pd.DataFrame({"name": found, "reason": ESSENTIAL_REASON}, dtype=object)


def expression_of_options(
    store: Store, options: StartOptions
) -> tuple[Mapping[str, float], Sequence[Mapping[str, str]]]:
    """TPM by symbol, and names that could not be used.

    Args:
        store: The store.
        options: What was asked for.
    """
    if options.expressed is None:
        return {}, ()
    values = dict(read_expression(options.expressed))
    resolved = resolve_list(store, options.organism, list(values), "expression")
    frame = resolved.perturbations
    return {
        str(name): values[listed] for name, listed in zip(frame["name"], frame["listed"], strict=True)
    }, resolved.ignored
