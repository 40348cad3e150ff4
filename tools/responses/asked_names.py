"""What is asked of responses: which table, and the names of the pairs, checked before anything is learnt."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from db.acts import FILE, NAME, act, option
from db.errors import InvalidValueError, NeedsChoiceError, NotFoundError, did_you_mean, near_words
from db.genes.perturbation_names import genes_among, genes_in, name_of_genes
from db.screens.responses import ResponseContext, names_in
from tools.genes.placed_names import required_symbols
from tools.workspace import Workspace

MOST_PAIRS = 200_000


def chosen_context(known: Sequence[ResponseContext], name: str) -> ResponseContext:
    """The table of responses that is meant.

    Args:
        known: Those of the store.
        name: Its name, in any case; may be empty where there is one only.

    Raises:
        NotFoundError: There is none; near names are given.
        NeedsChoiceError: There are several.
    """
    names = [one.name for one in known]
    if not known:
        raise NotFoundError(
            "The store holds no responses.",
            f"{act('fetch', ['perturbqa-k562'])} gets some; {act('add_responses', FILE)} adds yours.",
        )
    if not name:
        if len(known) > 1:
            raise NeedsChoiceError(
                f"The store has responses of {', '.join(names)}.", f"Name one: {option(context=NAME)}."
            )
        return known[0]
    for one in known:
        if one.name.casefold() == name.casefold():
            return one
    hint = did_you_mean(name, names) or f"There are: {', '.join(names)}."
    raise NotFoundError(f"The store has no responses named {name!r}.", hint)


def human_context(known: Sequence[ResponseContext], name: str) -> ResponseContext:
    """As `chosen_context`, of human cells, because what is known of genes is.

    Args:
        known: As there.
        name: As there.

    Raises:
        HitscoutError: As there.
        InvalidValueError: It is of other cells.
    """
    chosen = chosen_context(known, name)
    if chosen.organism != "human":
        raise InvalidValueError(
            f"{chosen.name} is of {chosen.organism} genes, and what is known of genes is of human ones.",
            "Ask about a context of human cells.",
        )
    return chosen


def asked_names(
    workspace: Workspace, context: ResponseContext, perturbations: Sequence[str], readouts: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Perturbations and readouts under the names that the table has them by.

    Args:
        workspace: Its store has gene names.
        context: The table.
        perturbations: Names by which somebody asks.
        readouts: Likewise.

    Raises:
        NotFoundError: A name is neither in the table nor one human gene; near names are given.
    """
    perturbed, read = names_in(workspace.store, context.name)
    return (
        _named(workspace, perturbations, perturbed, genes=True),
        _named(workspace, readouts, read, genes=context.readout_kind == "gene"),
    )


def pairs_of(perturbed: Sequence[str], read: Sequence[str]) -> pd.DataFrame:
    """Every perturbation with every readout: columns perturbation and readout.

    Args:
        perturbed: Names.
        read: Names.

    Raises:
        InvalidValueError: There would be too many.
    """
    if len(perturbed) * len(read) > MOST_PAIRS:
        raise InvalidValueError(
            f"{len(perturbed):,} perturbations and {len(read):,} readouts make more than {MOST_PAIRS:,} pairs.",
            "Ask about fewer at once.",
        )
    pairs = [(one, other) for one in perturbed for other in read]
    return pd.DataFrame(pairs, columns=["perturbation", "readout"], dtype=object)


def _named(workspace: Workspace, names: Sequence[str], known: frozenset[str], *, genes: bool) -> list[str]:
    """Names as the table has them: what it knows is taken as it is, everything else must be a gene."""
    names = list(dict.fromkeys(name.strip() for name in names))
    fresh = sorted(genes_among(name for name in names if name not in known))
    if not genes and fresh:
        near = near_words(fresh[0], sorted(known))
        raise NotFoundError(
            f"There is no readout {fresh[0]!r}.", f"Did you mean {', '.join(near or sorted(known)[:3])}?"
        )
    meant = required_symbols(workspace, fresh) if fresh else {}
    symbols = [
        name if name in known else name_of_genes(sorted(meant.get(part, part) for part in genes_in(name)))
        for name in names
    ]
    return list(dict.fromkeys(symbols))
