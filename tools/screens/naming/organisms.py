"""Whose genes a file's names are: human, mouse, or of an organism that the store does not know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import cast

from db.acts import COLUMN, option
from db.errors import NeedsChoiceError, RefusedFileError
from db.genes.id_forms import form_of_most
from db.genes.names import GeneNames
from db.genes.perturbation_names import genes_in
from db.records import Organism
from tools.screens.naming.labels import labelled

MOST_MIXED = 0.05
"""Above this share of names in the style of each organism, a file mixes them."""
FEWEST = 3
"""Unresolved names from which on a file may be refused for them."""
_FEWEST_STYLED = 5
"""Names of a style from which on it is a style."""
_MOUSE = re.compile(r"[A-Z][a-z][A-Za-z0-9-]*|ENSMUSG\d+(\.\d+)?|MGI:\d+|mmu:\d+|\d+[A-Z]\d+Rik|[A-Z0-9]+_MOUSE")
_HUMAN = re.compile(
    r"[A-Z][A-Z0-9-]*(orf\d+[A-Z]*)?|C(\d+|X)orf\d+[A-Z]*|ENSG\d+(\.\d+)?|HGNC:\d+|hsa:\d+|[A-Z0-9]+_HUMAN"
)
_YEAST = re.compile(r"[a-z]{3}\d{1,3}|[A-Z]{3}\d{1,3}")
_STYLED = 0.8
"""From this share of names on, a style is the file's own."""
_KNOWN = 0.6
"""Up to this share of symbols among names of a style, they may as well be of another organism."""
_NOBODYS = 0.2
_PLACEHOLDER = re.compile(r"gene[-_ .]?\d+", re.IGNORECASE)
_NUMBERED = re.compile(r"LOC\d+")
_FOREIGN = {
    "budding yeast": r"Y[A-P][LR]\d{3}[WC](-[A-Z])?|URA3|LEU2|HIS3|TRP1|ADE2|LYS2|MET15|CAN1|GAL4|GAL80|SEC18",
    "fission yeast": r"SP[ABC][A-Z]*\d+[A-Z]?\d*\.\d+c?",
    "fly": r"FBgn\d{7}|CG\d{3,5}|wg|hh|dpp|ftz|eve|bcd|nos|osk|Ubx|Antp|Diap1|Dronc|yki|rpr|grim|hid|ptc|bam|sev|drk",
    "worm": r"WBGene\d{8}|[a-z]{3,4}-\d+(\.\d+)?|[A-Z]\d{1,3}[A-Z]\d{1,2}\.\d+[a-z]?",
    "zebrafish": r"ENSDARG\d{11}.*|ZDB-GENE-[\d-]+|zgc:\d+|si:[a-z]+[\w-]*\.\d+",
    "rat": r"ENSRNOG\d{11}.*|RGD:?\d{5,}|RT1-[A-Z]+\d*",
    "pig": r"ENSSSCG\d{11}.*",
    "Chinese hamster": r"ENSCGRG\d{11}.*",
    "cow": r"ENSBTAG\d{11}.*", "dog": r"ENSCAFG\d{11}.*", "chicken": r"ENSGALG\d{11}.*", "horse": r"ENSECAG\d{11}.*",
    "macaque": r"ENSMMUG\d{11}.*|ENSMFAG\d{11}.*", "rabbit": r"ENSOCUG\d{11}.*", "sheep": r"ENSOARG\d{11}.*",
    "chimpanzee": r"ENSPTRG\d{11}.*", "guinea pig": r"ENSCPOG\d{11}.*", "golden hamster": r"ENSMAUG\d{11}.*",
    "frog": r"ENSXETG\d{11}.*|XB-GENE-\d+",
    "an organism other than human and mouse": r"ENS(?!MUS)[A-Z]{3,5}G\d{11}.*",
    "Arabidopsis": r"AT[1-5MC]G\d{5}(\.\d+)?",
    "E. coli": r"b\d{4}",
    "Plasmodium": r"PF3D7_\d+|PBANKA_\d+",
    "Toxoplasma": r"TG(ME49|GT1)_\d+",
    "a bacterium or virus, by locus tags": r"Rv\d{4}[cA]?|[A-Z]{2,5}_RS?\d{4,5}",
}  # fmt: skip
_PATTERNS = {species: re.compile(pattern) for species, pattern in _FOREIGN.items()}


def organism_of(names: Sequence[str], organism: str, file_name: str) -> Organism:
    """The organism of a file: as declared, else by how its names are written (TP53 or Trp53).

    Args:
        names: Names of the file, controls left out.
        organism: ``human``, ``mouse``, or empty to go by the names.
        file_name: Name of the file, for the message.

    Raises:
        NeedsChoiceError: Names of both organisms make up more than 5 % each.
        RefusedFileError: They do because the names are of another organism.
    """
    if organism:
        return cast("Organism", organism)
    parts = [part for name in names for part in genes_in(name) if not _NUMBERED.fullmatch(part)]
    mouse, human = _counted(parts)
    if min(mouse, human) > MOST_MIXED * len(parts):
        if species := foreign_species(parts):
            raise RefusedFileError(_of_others(file_name, species), _KNOWN_ONES)
        raise NeedsChoiceError(
            f"{file_name} mixes species: {human} names are written as human genes are, {mouse} as mouse genes are.",
            f"Say which it is with {option(organism='human')} or {option(organism='mouse')}, or give one file for"
            " each.",
        )
    return "mouse" if mouse > human else "human"


def _counted(names: Sequence[str]) -> tuple[int, int]:
    """How many names are written, or labelled, as genes of mouse and of human."""
    rest = [name for name in names if not _MOUSE.fullmatch(name)]
    left = [name for name in rest if not _HUMAN.fullmatch(name)]
    mouse, human = len(names) - len(rest), len(rest) - len(left)
    for found in filter(None, map(labelled, left)):
        is_mouse = found.organism == "mouse" or (not found.organism and _MOUSE.fullmatch(found.gene) is not None)
        mouse += is_mouse
        human += not is_mouse and (found.organism == "human" or _HUMAN.fullmatch(found.gene) is not None)
    return mouse, human


def refuse_written_as_yeast(names: Collection[str], known: GeneNames, file_name: str) -> None:
    """Asks whose genes a file's names are where they are written as those of yeasts, and few are symbols here.

    Three letters and a number (``cdc2``, ``RAD53``) are how both yeasts name genes. Many are aliases of human genes,
    so that a short list of them would be read in part, and as other genes.

    Args:
        names: The file's distinct names, controls and missing ones left out.
        known: Names of the organism that the file was taken for.
        file_name: Name of the file, for the message.

    Raises:
        NeedsChoiceError: They are.
    """
    styled = [name for name in names if _YEAST.fullmatch(name)]
    if len(styled) < max(_FEWEST_STYLED, _STYLED * len(names)) or foreign_species(names):
        # Names that only one organism has are told, with their number, by `refuse_unnamed`.
        return
    statuses = Counter(known.statuses(styled).values())
    symbols = statuses["approved"] + statuses["identifier"]
    capitals = sum(map(str.isupper, styled)) > len(styled) / 2
    # Human genes were named so in capitals, too: of such names some must be nobody's.
    old = capitals and statuses["unknown"] < _NOBODYS * len(styled)
    if symbols > _KNOWN * len(styled) or old:
        return
    raise NeedsChoiceError(
        f"The names of {file_name} are written as those of {'budding' if capitals else 'fission'} yeast are, by three"
        f" letters and a number ({styled[0]}), and only {symbols} of {len(styled)} are symbols here.",
        f"{_KNOWN_ONES} If they are genes of one of these, say so: {option(organism='human')} or"
        f" {option(organism='mouse')}.",
    )


def foreign_species(names: Collection[str]) -> str:
    """The organism whose ids or names are among some names in numbers; empty where there is none.

    Args:
        names: Names, each as often as it occurs.
    """
    counts = {species: sum(one.fullmatch(name) is not None for name in names) for species, one in _PATTERNS.items()}
    species = max(counts, key=lambda one: counts[one])
    return species if counts[species] >= max(3, 0.02 * len(names)) else ""


_KNOWN_ONES = (
    "Genes of human and mouse are known here: give their orthologs, or another column"
    f" ({option(columns={'gene': COLUMN})})."
)


_BY_GENE = (
    "Give gene symbols, Ensembl gene ids (ENSG…), Entrez or HGNC ids or UniProt accessions in their place, or another"
    f" column ({option(columns={'gene': COLUMN})})."
)
_GENE_LEVEL = (
    "Such a table is guide-level, with a row for each guide: give the gene-level one, which the tool that put guides"
    " together writes, such as `mageck test` (its gene_summary)."
)


def _of_others(file_name: str, species: str) -> str:
    return f"The names of {file_name} look like those of {species}."


def refuse_unnamed(
    names: Collection[str], unresolved: Collection[str], organism: Organism, most: float, file_name: str
) -> tuple[str, ...]:
    """Refuses a file of which too many names mean no gene, and says whose genes they may be.

    Placeholders (``GENE01``), as simulated and anonymised tables have them, are no names of another organism or from
    another column, so that nothing could be asked: what is left is taken, and a warning says so.

    Args:
        names: The file's distinct names, controls and missing ones left out.
        unresolved: Those that nobody carries.
        organism: Whose genes were looked for.
        most: The largest share that is taken.
        file_name: Name of the file, for the message.

    Returns:
        What is to be said of the names that are taken all the same.

    Raises:
        RefusedFileError: The names are of another organism.
        NeedsChoiceError: Too many names mean no gene.
    """
    if len(unresolved) < FEWEST or len(unresolved) <= most * len(names):
        return ()
    if all(map(_PLACEHOLDER.fullmatch, unresolved)):
        return (
            f"Warning: {len(unresolved):,} of {len(names):,} names are placeholders such as {next(iter(unresolved))},"
            " as simulated and anonymised tables have them: their rows are kept aside, and a name among them that is"
            " also a gene's is hardly meant as one.",
        )
    shown = ", ".join(repr(name) for name in list(unresolved)[:3])
    counted = f"{len(unresolved):,} of {len(names):,} names mean no {organism} gene, such as {shown}"
    if form := form_of_most(unresolved):
        raise RefusedFileError(
            f"{file_name}: {counted}: these are {form.many}.", _GENE_LEVEL if form.of_guides else _BY_GENE
        )
    anyway = f" To take the others all the same: {option(most_unresolved=1.0)}."
    if species := foreign_species(unresolved):
        raise RefusedFileError(f"{_of_others(file_name, species)} {counted}.", f"{_KNOWN_ONES}{anyway}")
    numbered = sum(_NUMBERED.fullmatch(name) is not None for name in unresolved)
    if numbered > len(unresolved) / 2:
        raise RefusedFileError(
            f"{counted}: NCBI numbers of genes that have no symbol, as files of Chinese hamster, rat or pig have them.",
            f"{_KNOWN_ONES}{anyway}",
        )
    other = "mouse" if organism == "human" else "human"
    raise NeedsChoiceError(
        f"{file_name}: {counted}.",
        f"Check the gene column ({option(columns={'gene': COLUMN})}) and the organism ({option(organism=other)})."
        f"{anyway}",
    )
