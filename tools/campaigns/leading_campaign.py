"""Words after a verb: the first may name the campaign, and which it is follows from what the store holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from db.acts import option
from db.campaigns.campaigns import list_campaigns
from db.errors import NeedsChoiceError, NotFoundError, near_words
from db.records import Campaign, Organism
from db.store import Store
from tools.genes.name_lists import resolve_list

Split = tuple[str, tuple[str, ...]]
"""The campaign, empty where the only open one is meant, and the words that follow."""


def campaign_and_genes(store: Store, words: Sequence[str], *, more: bool = False) -> Split:
    """Takes ``[CAMPAIGN] GENE…`` apart: a first word that names a campaign and no gene is the campaign.

    Args:
        store: The store.
        words: What was given after the verb.
        more: Whether genes are given elsewhere too, so that a campaign may stand alone.

    Returns:
        The campaign and the genes; no genes where a campaign alone was given.

    Raises:
        NeedsChoiceError: The first of several words is the name of a campaign and of a gene.
        NotFoundError: The first of several words is neither: a misspelt campaign must not let the genes go to another.
    """
    if not words:
        return "", ()
    first, rest = words[0], tuple(words[1:])
    campaign = _campaign(store, first)
    if campaign is None:
        if (rest or more) and not is_gene(store, first):
            near = near_words(first, [one.name for one in list_campaigns(store)])
            hint = (
                f"Did you mean campaign {near[0]}?" if near else f"To pass over unknown names, use {option('genes')}."
            )
            raise NotFoundError(f"{first!r} is neither a campaign nor a gene.", hint)
        return "", tuple(words)
    if more or not _is_gene(store, first, campaign.question.organism):
        return campaign.name, rest
    if rest:
        raise NeedsChoiceError(
            f"{first!r} is a campaign and a gene.",
            f"Give the genes with {option('genes')}, after the campaign or alone.",
        )
    return "", tuple(words)


def campaign_and_last(store: Store, words: Sequence[str], may_be_last: Callable[[str], bool]) -> Split:
    """Takes ``[CAMPAIGN] WORD`` apart, for a verb that takes one gene or one file.

    Args:
        store: The store.
        words: One word or two.
        may_be_last: Whether a campaign's name may also be what is to follow it.

    Returns:
        The campaign and the word; no word where a campaign alone was given.

    Raises:
        NotFoundError: The first of two words names no campaign.
    """
    first, rest = words[0], tuple(words[1:])
    if not rest:
        return (first, ()) if _campaign(store, first) is not None and not may_be_last(first) else ("", (first,))
    if _campaign(store, first) is None and _campaign(store, rest[-1]) is not None:
        raise NotFoundError(f"There is no campaign {first!r}.", f"The campaign stands first: {rest[-1]} {first}.")
    return first, rest


def is_gene(store: Store, word: str) -> bool:
    """Whether a word names a gene of the only open campaign's organism; of people where several are open.

    Args:
        store: The store.
        word: A symbol, an alias, an identifier, a pair (``A+B``), or several with commas.
    """
    open_ones = {one.question.organism for one in list_campaigns(store) if one.closed_at is None}
    return _is_gene(store, word, open_ones.pop() if len(open_ones) == 1 else "human")


def _is_gene(store: Store, word: str, organism: Organism) -> bool:
    names = [part for part in word.split(",") if part.strip()]
    found = resolve_list(store, organism, names, "words")
    # What means two genes, or a date, is a gene's name all the same: the tool says what is wrong with it.
    return len(found.perturbations) > 0 or any(one.status != "unknown" for one in found.ignored)


def _campaign(store: Store, word: str) -> Campaign | None:
    return next((one for one in list_campaigns(store) if one.name.casefold() == word.strip().casefold()), None)
