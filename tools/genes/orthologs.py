"""Questions on other organisms in human terms: genes, effects and texts by one-to-one orthologs, there and back.

What is known of genes (sets, network, texts, embeddings, essentiality) is known of human ones. A question on another
organism is therefore asked of its genes' human orthologs, and the answer is given in the organism's own symbols; the
screens of any organism are read the same way, so that they serve as priors of each other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.genes.orthologs import one_to_one
from db.provenance import content_hash
from db.records import Organism, Question, Screen
from db.store import Store
from db.view import View
from tools.genes.named_in_text import GREEK, SIGNS

VERSION = ("orthologs 1",)
HUMAN: Organism = "human"
PACK, PAIRED = "orthologs", ("mouse",)
"""The pack that brings orthologs, and the organisms whose genes it pairs with human ones."""
LEAST_SOURCES = 3
"""Databases that must support a pair: of those that fewer do, nine of ten are no protein-coding genes."""
_CYTOKINE = re.compile(rf"\b(Il|Ifn|Tnf|Tgf)(?=-?(?:{'|'.join(SIGNS)}|{'|'.join(GREEK)}))")
_WORDS = (
    "Abo Ace Ache Ado Aida Ang Ank App Arc Bad Bid Cad Camp Cast Cat Chat Clock Coil Comp Cope Diablo Fry Gal Gem"
    " Hells Impact Kin Lat Large Mag Mal Max Met Nodal Not Numb Oat Palm Pam Pip Plat Pole Prep Ran Rest Sag Set She"
    " Ski Son Star Strap Sync Tank Task Timeless Trio Tub Was Wiz"
)
WORDS = frozenset(_WORDS.split())
"""Mouse symbols that are words: at the head of a sentence they are no genes, and elsewhere seldom."""


@dataclass(frozen=True)
class Orthologs:
    """The names of an organism's genes in human terms, and back.

    A gene without a one-to-one ortholog is written ``Xyz (mouse)`` in human terms, and a human one without it
    ``XYZ (human)`` in the organism's: names that no source knows and that no gene of the other organism bears. Pairs
    ``A+B`` are taken gene by gene.

    Attributes:
        organism: Whose own names are meant; ``human`` changes nothing.
        human: Own symbol → human symbol, both unique.
    """

    organism: str = HUMAN
    human: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def own(self) -> dict[str, str]:
        """Human symbol → own symbol."""
        return {human: own for own, human in self.human.items()}

    @cached_property
    def key(self) -> str:
        """Names the pairs: equal keys mean equal pairs."""
        return content_hash([f"{own}={human}" for own, human in self.human.items()], {"organism": self.organism})

    def into_human(self, names: Iterable[str]) -> pd.Index[str]:
        """Perturbations in human terms, in their order.

        Args:
            names: Own names.
        """
        return self._written(names, self.human, HUMAN, self.organism)

    def into_own(self, names: Iterable[str]) -> pd.Index[str]:
        """Perturbations in the organism's own terms, in their order.

        Args:
            names: Names in human terms.
        """
        return self._written(names, self.own, self.organism, HUMAN)

    def _written(self, names: Iterable[str], pairs: Mapping[str, str], to: str, of: str) -> pd.Index[str]:
        listed: pd.Index[str] = pd.Index(list(names), dtype=object)
        if self.organism == HUMAN:
            return listed

        def gene(name: str) -> str:
            return pairs.get(name) or (name[: -len(to) - 3] if name.endswith(f" ({to})") else f"{name} ({of})")

        return pd.Index(["+".join(map(gene, name.split("+"))) for name in listed], dtype=object)

    def known(self, names: Iterable[str]) -> frozenset[str]:
        """Those perturbations all of whose genes have a human ortholog; all of them where they are human.

        Args:
            names: Own names.
        """
        if self.organism == HUMAN:
            return frozenset(names)
        return frozenset(name for name in names if all(part in self.human for part in name.split("+")))

    def own_symbols(self, symbols: Collection[str]) -> frozenset[str]:
        """Own symbols of the genes that answer to human ones; those without an ortholog are left out.

        Args:
            symbols: Human symbols.
        """
        if self.organism == HUMAN:
            return frozenset(symbols)
        return frozenset(self.own[symbol] for symbol in symbols if symbol in self.own)

    def question(self, question: Question) -> Question:
        """The question as it is asked of human genes: its positive controls, and the gene symbols in its text.

        What it is compared with other screens by (study, phenotype, cells) stays as it is.

        Args:
            question: A question on the organism.
        """
        if self.organism == HUMAN:
            return question
        controls = tuple(self.human[one] for one in question.positive_controls if one in self.human)
        return replace(
            question,
            organism=HUMAN,
            text=self.text(question.text or question.phenotype),
            positive_controls=controls,
        )

    def text(self, text: str) -> str:
        """A text with the organism's gene symbols (``Trp53``, ``Il-2``) as human ones; all else stays as it is.

        Args:
            text: Plain words.
        """
        text = _CYTOKINE.sub(lambda found: found[0].upper(), text)
        return re.sub(r"(?<![A-Za-z0-9-])[A-Z][A-Za-z0-9-]{2,}(?![A-Za-z0-9-])", self._symbol, text)

    def _symbol(self, found: re.Match[str]) -> str:
        for written in (found[0], found[0].replace("-", "")):
            if written in self.human and written not in WORDS:
                return self.human[written]
        return found[0]


def orthologs_of(store: Store, organism: str) -> Orthologs:
    """The one-to-one orthologs of an organism's genes; for human genes, what changes nothing.

    Args:
        store: The store.
        organism: Whose genes.
    """
    return Orthologs(organism, {} if organism == HUMAN else one_to_one(store, organism, LEAST_SOURCES))


def required_orthologs(store: Store, organism: str) -> Orthologs:
    """The one-to-one orthologs of an organism's genes, without which nothing would be known of any of them.

    Args:
        store: The store.
        organism: Whose genes.

    Raises:
        NotFoundError: The store has none, so that any list would be a random one.
    """
    found = orthologs_of(store, organism)
    if found.human or organism == HUMAN:
        return found
    raise NotFoundError(
        f"The store has no one-to-one orthologs of {organism} and human genes. What is known of genes is known of human"
        f" ones, so that any list of {organism} genes would be a random one.",
        f"{act('fetch', [PACK])} brings them."
        if organism in PAIRED
        else f"No pack brings orthologs of {organism} genes, only of {' and '.join(PAIRED)} ones: ask about these, or"
        " about human genes.",
    )


def ortholog_note(orthologs: Orthologs, names: Collection[str]) -> str:
    """What a reader of a list must know of how it came about; empty where the genes are human.

    Args:
        orthologs: Of the organism of the genes.
        names: The candidates, by their own names.
    """
    if orthologs.organism == HUMAN:
        return ""
    known = len(orthologs.known(names))
    rest = " Of the others nothing is known."
    return (
        f"Taken through one-to-one orthologs: {known:,} of {len(names):,} candidates have one."
        f"{rest if known < len(names) else ''}"
    )


# The view -----------------------------------------------------------------------------------------


class HumanView(View):
    """A view in which effects of other organisms' screens carry human names; genes without an ortholog are left out.

    Args:
        store: The store behind the view.
        hidden: Ids of screens that must not be seen.
        pairs: Organism → its orthologs; screens of others keep their names.
    """

    def __init__(self, store: Store, hidden: Collection[int], pairs: Mapping[str, Orthologs]) -> None:
        super().__init__(store, hidden)
        self._behind, self._pairs = store, pairs

    def hiding(self, screen_ids: Collection[int]) -> View:
        """See `db.view.View.hiding`."""
        return HumanView(self._behind, self.hidden | frozenset(screen_ids), self._pairs)

    def effects(self, screen_ids: Collection[int] | None = None) -> pd.DataFrame:
        """See `db.view.View.effects`; the perturbations are in human terms."""
        with self.at_once():
            effects = super().effects(screen_ids)
            organism = {screen.id: screen.organism for screen in self.screens()}
        parts = [
            self._in_human_terms(rows, organism[int(str(screen_id))])
            for screen_id, rows in effects.groupby("screen_id", sort=True)
        ]
        if not parts:
            return effects
        joined = pd.concat(parts).sort_values(["contrast_id", "perturbation"], kind="stable")
        return joined.reset_index(drop=True)

    def _in_human_terms(self, rows: pd.DataFrame, organism: str) -> pd.DataFrame:
        if organism not in self._pairs:
            return rows
        orthologs = self._pairs[organism]
        kept = rows[rows["perturbation"].isin(orthologs.known(rows["perturbation"])).to_numpy()]
        return kept.assign(perturbation=orthologs.into_human(kept["perturbation"]).to_numpy())

    def recorded(self, screen: Screen, perturbation: str) -> str:
        """See `db.view.View.recorded`."""
        pairs = self._pairs.get(screen.organism)
        return perturbation if pairs is None else str(pairs.into_own([perturbation])[0])

    def fingerprint(self, *, effects: bool = True) -> str:
        """See `db.view.View.fingerprint`; without effects it is that of any view."""
        plain = super().fingerprint(effects=effects)
        keys = {organism: pairs.key for organism, pairs in sorted(self._pairs.items())}
        return content_hash([plain], {"orthologs": keys}) if effects else plain


def view_in_human_terms(store: Store, hidden: Collection[int] = ()) -> tuple[View, frozenset[str]]:
    """A view whose effects are on human genes, and the organisms whose screens it can read.

    Args:
        store: The store.
        hidden: Ids of screens that must not be seen.
    """
    plain = View(store, hidden)
    others = {str(screen.organism) for screen in plain.screens()} - {HUMAN}
    found = {organism: orthologs_of(store, organism) for organism in sorted(others)}
    pairs = {organism: one for organism, one in found.items() if one.human}
    return (HumanView(store, hidden, pairs) if pairs else plain), frozenset({HUMAN, *pairs})
