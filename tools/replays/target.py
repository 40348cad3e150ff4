"""What a replay plays against: a finished screen, with everything that is hidden until it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import FILE, act
from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_in
from db.records import Question, Screen, Side
from db.screens.merged import with_kin
from db.screens.reading import effects_of, get_screen, hit_list, source_names
from db.store import Store
from tools.genes.essentials import DEPMAP_PACK, PACK, essential_names, fitness_genes, fitness_packs
from tools.genes.orthologs import HUMAN, Orthologs, ortholog_note, orthologs_of, required_orthologs
from tools.packs.definition import read_packs
from tools.screens.hit_rules import default_rule, hits, parse_rule
from tools.workspace import Workspace

ROUND_SIZE, SMALL_ROUND_SIZE, SMALL_LIBRARY = 128, 32, 2000
COLUMNS = ("name", "effect", "hit", "essential", "fitness", "fdr_low", "fdr_high")
SPECIFIC = "specific"
"""What is missing where the fitness genes are not known: specific hits, and the pool of them."""
WITHOUT_CEGV2 = (
    f"CEGv2 is not at hand, so fitness genes are those of DepMap alone, a dozen fewer: {act('fetch', [PACK])} gets it."
)

DIRECTION: dict[Side, Literal["raises", "lowers", "both"]] = {"high": "raises", "low": "lowers", "both": "both"}


@dataclass(frozen=True)
class ReplayTarget:
    """A finished screen.

    Attributes:
        name: Name of the screen.
        question: What a campaign over it would look for.
        table: Indexed by perturbation (approved symbols where known), sorted; columns name (as the screen's own file
            writes it), effect (harmonised), hit, essential, fitness (bool; every essential gene is a fitness gene),
            fdr_low and fdr_high (NaN where not known).
        hidden: Ids of the screens in the store that hold these very effects.
        missing: Control, or `SPECIFIC` → packs that it would need.
        warnings: What a reader of the figures has to know.
        orthologs: Through which another organism's genes were put in human terms; it leads back to their own names.
    """

    name: str
    question: Question
    table: pd.DataFrame
    hidden: frozenset[int] = frozenset()
    missing: tuple[tuple[str, tuple[str, ...]], ...] = ()
    warnings: tuple[str, ...] = ()
    orthologs: Orthologs = field(default_factory=Orthologs)

    def round_size(self, asked: int | None) -> int:
        """Perturbations of one round: as asked for, else 128, or 32 for a focused library.

        Args:
            asked: What the caller wants; None for the protocol's own.
        """
        if asked is not None:
            return asked
        return SMALL_ROUND_SIZE if len(self.table) < SMALL_LIBRARY else ROUND_SIZE


def make_table(
    names: pd.Series[str],
    symbols: pd.Series[str],
    effects: pd.Series[float],
    hit_names: Collection[str],
    essential: Collection[str],
    fitness: Collection[str] = (),
) -> pd.DataFrame:
    """The table of a target; hits and essential genes are matched on the file's own names.

    Fitness genes are matched on the symbols, and on the file's own names too.

    Where two rows mean one gene, the one that is written as the symbol (else the first by name) stands for it, and the
    other keeps its own name, without features.

    Args:
        names: Names as the file has them, unique.
        symbols: Approved symbol of each, empty where not known.
        effects: Harmonised effect of each.
        hit_names: The file's names of hits.
        essential: The list's names of essential genes.
        fitness: Symbols of fitness genes.
    """
    frame = pd.DataFrame(
        {"name": names.to_numpy(), "symbol": symbols.to_numpy(), "effect": effects.to_numpy(dtype=float)}
    ).sort_values("name", kind="stable")
    frame["own"] = frame["name"] == frame["symbol"]
    frame = frame.sort_values(["own", "name"], ascending=[False, True], kind="stable")
    frame["first"] = ~frame["symbol"].duplicated() & (frame["symbol"] != "")
    frame["key"] = np.where(frame["first"], frame["symbol"], frame["name"])
    frame = frame.sort_values("first", ascending=False, kind="stable")
    # A name that is some other row's symbol must not stand for two.
    frame.loc[frame["key"].duplicated(), "key"] += " (second row)"
    frame["hit"] = frame["name"].isin(set(hit_names))
    frame["essential"] = frame["name"].isin(set(essential))
    frame["fitness"] = frame["essential"] | any_fitness(frame["name"], fitness) | any_fitness(frame["symbol"], fitness)
    frame = frame.set_index("key").sort_index()
    frame.index = pd.Index(frame.index, dtype=object)
    return frame.assign(fdr_low=np.nan, fdr_high=np.nan)[list(COLUMNS)]


def any_fitness(perturbations: Iterable[str], fitness: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which perturbations are of a fitness gene, of a pair either one; shape (perturbations,).

    Args:
        perturbations: Names.
        fitness: Names of fitness genes.
    """
    genes = frozenset(fitness)
    return np.array([not genes.isdisjoint(genes_in(str(name))) for name in perturbations], dtype=bool)


def lacking_lists(workspace: Workspace, essential: Collection[str] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What cannot be told for want of a list of genes → packs that bring it, as in `ReplayTarget.missing`.

    Args:
        workspace: Its store is looked into.
        essential: Names of essential genes; None or empty where no list is at hand.
    """
    missing = () if essential else (("essential_only", (PACK,)),)
    packs = fitness_packs(workspace)
    return (*missing, (SPECIFIC, packs)) if DEPMAP_PACK in packs else missing


def target_of_screen(
    workspace: Workspace, name: str, text: Literal["json", "described"], side: Side | None = None
) -> ReplayTarget:
    """A screen of the store as a target.

    Args:
        workspace: Where the screen is.
        name: Its name.
        text: ``json`` for the text that came with the file, ``described`` for a plain description of phenotype, cell
            type and readout.
        side: Side on which hits lie; the screen's own where None.

    Raises:
        NotFoundError: There is no such screen.
        InvalidValueError: The screen has no hits, or no text of the kind asked for.
    """
    screen = get_screen(workspace.store, name)
    screen = screen if side is None else replace(screen, side=side)
    effects = effects_of(workspace.store, screen.id)
    numbers = ["estimate", "p_low", "p_high", "fdr_low", "fdr_high"]
    effects = effects.groupby("perturbation", as_index=False)[numbers].mean()
    rule = screen.hit_rule or default_rule(effects)
    parsed = parse_rule(rule)
    published = hit_list(workspace.store, parsed.list_hash)
    is_hit = hits(effects, parsed, screen.side, published)
    if not is_hit.any():
        raise InvalidValueError(
            f"The screen {screen.name!r} has no hit by its rule {rule!r}, so a replay has nothing to find.",
            f"Give it another rule when it is added: {act('add_screen', FILE, hit_rule='top 5%')}.",
        )
    orthologs, essential = orthologs_of(workspace.store, screen.organism), essential_names(workspace)
    if essential is not None:
        essential |= orthologs.own_symbols(essential)
    written = source_names(workspace.store, screen.id).reindex(effects["perturbation"])
    own = written.fillna(pd.Series(written.index, index=written.index)).to_numpy(str)
    is_essential = effects["perturbation"].isin(essential or ()).to_numpy() | np.isin(own, list(essential or ()))
    fitness = fitness_genes(workspace)
    fitness |= orthologs.own_symbols(fitness)
    table = pd.DataFrame(
        {
            "name": own,
            "effect": effects["estimate"].to_numpy(float),
            "hit": is_hit.to_numpy(bool),
            "essential": is_essential,
            "fitness": is_essential | any_fitness(effects["perturbation"], fitness) | any_fitness(own, fitness),
            "fdr_low": effects["fdr_low"].to_numpy(float),
            "fdr_high": effects["fdr_high"].to_numpy(float),
        },
        index=pd.Index(effects["perturbation"], dtype=object),
    ).sort_index()
    missing = lacking_lists(workspace, essential)
    warnings = [] if screen.study else [undeclared_warning(screen.name)]
    if [name for name, _ in missing] == ["essential_only"]:
        warnings.append(WITHOUT_CEGV2)
    return ReplayTarget(
        screen.name,
        question_of_screen(screen, rule, text),
        table,
        with_kin(workspace.store, [screen.id]),
        missing,
        tuple(warnings),
    )


def in_human_terms(store: Store, target: ReplayTarget) -> ReplayTarget:
    """A target as it is played: another organism's genes by their human orthologs, so that all that is known speaks.

    Args:
        store: The store.
        target: By own names.

    Raises:
        NotFoundError: The store has no orthologs of the organism.
    """
    if target.question.organism == HUMAN:
        return target
    orthologs = required_orthologs(store, target.question.organism)
    return replace(
        target,
        question=orthologs.question(target.question),
        table=target.table.set_axis(orthologs.into_human(target.table.index)).sort_index(),
        warnings=(*target.warnings, ortholog_note(orthologs, target.table.index)),
        orthologs=orthologs,
    )


def undeclared_warning(name: str) -> str:
    """What is said of a target whose study is not declared.

    Args:
        name: Name of the target.
    """
    return (
        f"The study of {name} is not declared: only the correlation with its effects keeps copies out of the priors,"
        " and other phenotypes of its study may be among them."
    )


def question_of_screen(screen: Screen, rule: str, text: Literal["json", "described"]) -> Question:
    """What a campaign over a screen would look for.

    Args:
        screen: The screen.
        rule: Its hit rule; how many hits a published list has is not told.
        text: Which words stand for the question.
    """
    words = (screen.text or screen.phenotype) if text == "json" else _described(screen)
    return Question(
        phenotype=screen.phenotype, organism=screen.organism, cell_type=screen.cell_type, readout=screen.readout,
        direction=DIRECTION[screen.side], modality=screen.modality, study=screen.study, text=words,
        hit_rule="top 5%" if rule.startswith("list:") else rule,
    )  # fmt: skip


def _described(screen: Screen) -> str:
    """The catalogue's line on a screen's cells and assay; for other screens what was declared of them."""
    for pack in read_packs():
        for step in pack.loads:
            if step.loader == "screen" and step.options.get("name") == screen.name and "described" in step.options:
                return str(step.options["described"])
    parts = (screen.phenotype, screen.cell_type, screen.condition, screen.readout)
    return ", ".join(part for part in parts if part)
