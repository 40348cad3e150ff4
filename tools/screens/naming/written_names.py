"""Names that nobody carries, read by the form that most names of their file have: pairs, and genes with an ending."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from db.acts import COLUMN, option
from db.genes.control_names import is_control
from db.genes.id_forms import form_of_most, other_form
from db.genes.names import GeneNames
from tools.screens.naming.labels import labelled, said_of_labels
from tools.screens.naming.several_genes import KnownParts, Parted, parted_names

MOST = 0.5
"""From this share of a file's names on, a form is the file's own."""
PAIRED = 0.2
"""From this share on, names of two genes are pairs; fewer are reagents of several targets in a table of singles."""
SURE = 0.9
"""Share of symbols from which on names of a doubtful form are symbols with a label."""
FEWEST = 5
"""Names of a form that a file needs at least, so that one odd name is no form."""
_PROMOTER = r"[-_. ]?(?:P\d+)+|[-_. ]TSS[-_. ]?\d+"
_TRANSCRIPT = r"[-_.:|](?:ENS[A-Z]*T\d{11}|N[MR]_\d{5,})(?:\.\d+)?|\.\d{1,2}|-[02]\d\d"
_ENDING = re.compile(rf"(?P<gene>.*?[A-Za-z0-9])(?:(?P<promoter>{_PROMOTER})|(?P<other>{_TRANSCRIPT}|_\d{{1,2}}))")


@dataclass(frozen=True)
class Written:
    """What names that nobody carries were found to be.

    Attributes:
        targets: Name → its one or two genes, or labels of controls.
        several: Name → its genes, of names that are reagents of several targets.
        sites: Whether endings say which start site or transcript of a gene a row is of.
        remarks: What is to be said of the forms, a sentence each.
    """

    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sites: bool = False
    remarks: tuple[str, ...] = ()


def written_names(unknown: Sequence[str], distinct: int, names: GeneNames, declared: Collection[str]) -> Written:
    """Reads names that nobody carries.

    Args:
        unknown: The names, each once.
        distinct: How many names the file has, with those that are known.
        names: Names of the organism.
        declared: Further names of controls, case folded.
    """
    if not unknown:
        return Written()
    marked = _labels(unknown, distinct, names)
    left = [name for name in unknown if name not in marked.targets]
    ended = _endings(left, distinct, names)
    left = [name for name in left if name not in ended.targets]
    # A few names cannot make pairs of the file; whether they are of several genes is told by exact case.
    few = len(left) < PAIRED * distinct
    paired = _pairs(parted_names(left, names, declared, exact=few), distinct)
    left = [name for name in left if name not in paired.targets and name not in paired.several]
    partnered = _partnered(left, distinct, names, declared)
    return Written(
        {**marked.targets, **ended.targets, **paired.targets, **partnered.targets},
        paired.several,
        ended.sites,
        (*marked.remarks, *ended.remarks, *paired.remarks, *partnered.remarks),
    )


def _labels(unknown: Sequence[str], distinct: int, names: GeneNames) -> Written:
    """Names of genes with a word for what was done to them (``TP53_KO``) or whose they are (``TP53 (human)``).

    Each gene once: of a table of guides several rows lead to one gene, and it is told for what it is.
    """
    found = {name: one for name in unknown if (one := labelled(name))}
    if len(found) < max(MOST * distinct, FEWEST):
        return Written()
    known = KnownParts({one.gene for one in found.values()}, names, ())
    if form_of_most(found) and sum(known.surely(one.gene) for one in found.values()) < SURE * len(found):
        # UniProt's entry names: P53_HUMAN is TP53, and RB_HUMAN the gene RB1.
        return Written()
    found = {name: one for name, one in found.items() if one.gene in known}
    if len(found) < max(MOST * distinct, FEWEST) or len({one.gene for one in found.values()}) < len(found):
        return Written()
    said = said_of_labels(Counter(one.label for one in found.values()))
    return Written({name: (one.gene,) for name, one in found.items()}, remarks=(said,))


def _endings(unknown: Sequence[str], distinct: int, names: GeneNames) -> Written:
    """Names with an ending that tells a start site (``_P1P2``), a transcript (``-202``) or a number."""
    # Without a sign before it an ending may be a gene's own, as in NTC_TP53.
    matches = {
        name: match
        for name in unknown
        if (match := _ENDING.fullmatch(name))
        and not ((match["promoter"] or "").startswith("P") and is_control(match["gene"]))
    }
    few = len(matches) < max(MOST * distinct, FEWEST)
    if few:
        matches = {name: match for name, match in matches.items() if match["promoter"]}
    known = KnownParts({match["gene"] for match in matches.values()}, names, (), exact=few)
    matches = {name: match for name, match in matches.items() if known.surely(match["gene"])}
    sites = {name: match for name, match in matches.items() if match["promoter"]}
    if not sites and len(matches) < max(MOST * distinct, FEWEST):
        return Written()
    read = matches if len(matches) >= max(MOST * distinct, FEWEST) else sites
    endings = Counter(name[match.end("gene") :] for name, match in read.items())
    shown = ", ".join(ending for ending, _ in endings.most_common(4))
    numbered = all(re.fullmatch(r"_\d+", ending) for ending in endings)
    return Written(
        {name: (match["gene"],) for name, match in read.items()},
        sites=not numbered,
        remarks=(f"{len(read):,} names are read without their endings ({shown}).",),
    )


def _pairs(parted: dict[str, Parted], distinct: int) -> Written:
    twos = Counter(one.sign for one in parted.values() if len(one.genes) == 2)
    if not parted:
        return Written()
    sign, count = twos.most_common(1)[0] if twos else ("", 0)
    is_form = count >= max(PAIRED * distinct, FEWEST)
    targets = {name: one.genes for name, one in parted.items() if is_form and one.sign == sign and len(one.genes) == 2}
    several = {name: one.genes for name, one in parted.items() if name not in targets}
    said = []
    if targets:
        first = next(iter(targets))
        said.append(f"{len(targets):,} names are read as pairs, such as {first} as {'+'.join(targets[first])}.")
    if several:
        said.append(
            f"{len(several):,} names are of several genes, such as {next(iter(several))}: no row of one gene, so they"
            f" are kept aside. Pairs that are meant are written A+B, or have their second gene in a column"
            f" ({option(columns={'gene2': COLUMN})})."
        )
    return Written(targets, several, remarks=tuple(said))


def _partnered(unknown: Sequence[str], distinct: int, names: GeneNames, declared: Collection[str]) -> Written:
    """Names of a gene and a text that most names have beside their gene: a control that is not known by its name."""
    sides: dict[str, list[tuple[str, str]]] = {}
    for name in unknown:
        for match in re.finditer(r"[^A-Za-z0-9]+", name):
            left, right = name[: match.start()], name[match.end() :]
            if left and right:
                sides.setdefault(name, []).extend([(left, right), (right, left)])
    beside = Counter(other for options in sides.values() for other in {other for _, other in options})
    if not beside or beside.most_common(1)[0][1] < max(MOST * distinct, FEWEST):
        return Written()
    partner = beside.most_common(1)[0][0]
    if other_form(f"X_{partner}"):
        # Of guides numbered alike, and of UniProt's entry names, what stands beside the name is no gene's partner.
        return Written()
    chosen = {name: gene for name, options in sides.items() for gene, other in options if other == partner}
    known = KnownParts(chosen.values(), names, declared)
    targets = {name: (gene,) for name, gene in chosen.items() if gene in known}
    if len(targets) < max(MOST * distinct, FEWEST):
        return Written()
    return Written(
        targets,
        remarks=(
            f"{len(targets):,} names have {partner} beside their gene, which is no gene's name: it is read as a label"
            " or a control that they share, and left out.",
        ),
    )
