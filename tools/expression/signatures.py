"""Signatures: gene sets with signs, which say toward which state expression goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db.acts import FILE, act, option
from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.genes.sets import find_gene_sets, get_gene_set
from db.records import Organism
from tools.genes.name_lists import ListedName, read_list
from tools.genes.placed_names import place
from tools.workspace import Workspace

_UP, _DOWN = frozenset({"", "+", "up", "raised", "positive"}), frozenset({"-", "−", "–", "down", "lowered", "negative"})


@dataclass(frozen=True)
class Signature:
    """Genes that are high in a state, and genes that are low in it.

    Attributes:
        name: What it is called.
        signs: Approved symbol → 1 for genes that are high, -1 for those that are low.
    """

    name: str
    signs: Mapping[str, int]


def signature_of(workspace: Workspace, named: str, organism: Organism) -> Signature:
    """The signature that a text names.

    Args:
        workspace: Its store has gene names and sets.
        named: A file with one gene a line, and in its second column a sign (``+`` or ``-``, ``up`` or ``down``, or a
            number; up where empty); or a set of the store, ``collection:name`` or its name alone, all of whose genes
            are up.
        organism: Whose genes they are.

    Raises:
        NotFoundError: There is neither a file nor a set of the name.
        RefusedFileError: The file is no list of genes with signs.
        InvalidValueError: More than one set has the name, or a file may not be read here.
    """
    if not named.strip():
        raise InvalidValueError(
            "No signature is named.", f"Name a file or a gene set: {option(phenotype_from='signature:FILE')}."
        )
    path = Path(named)
    if workspace.reads_files and path.is_file():
        return _of_file(workspace, path, organism)
    return _of_store(workspace, named)


def _of_file(workspace: Workspace, path: Path, organism: Organism) -> Signature:
    rows = read_list(path, "signature")
    signs = {row.name: _sign(row, path) for row in rows}
    placed = place(workspace, list(signs), organism)
    if not placed.ids:
        raise RefusedFileError(
            f"No name of the signature {path.name} means one {organism} gene; the first is {rows[0].name!r}.",
            "Give one gene a line, and its sign in the second column.",
        )
    return Signature(path.stem, {placed.symbols[name]: sign for name, sign in signs.items() if name in placed.ids})


def _sign(row: ListedName, path: Path) -> int:
    text = row.second.strip().casefold()
    if text in _UP:
        return 1
    if text in _DOWN:
        return -1
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not number:
        raise RefusedFileError(
            f"The sign of {row.name} in {path.name} is {row.second!r}, which is neither up nor down.",
            "Give + or -, up or down, or a number above or below 0 in the second column.",
        )
    return 1 if number > 0 else -1


def _of_store(workspace: Workspace, named: str) -> Signature:
    collection, _, name = named.rpartition(":")
    if not collection:
        # A name may hold a colon, as those of GO's terms do, so that it is looked for whole.
        _, sets = find_gene_sets(workspace.store, words=[name], limit=500)
        found = [one for one in sets if one.name.casefold() == name.casefold()]
        if len(found) > 1:
            raise InvalidValueError(
                f"{len(found)} collections have a set {name!r}.", f"Name one: {found[0].collection}:{found[0].name}."
            )
        if not found:
            raise NotFoundError(
                f"There is neither a file nor a gene set {named!r}.",
                f"{act('gene_set_list')} shows the sets of the store; a file has one gene a line and its sign"
                f" behind it ({FILE}).",
            )
        collection, name = found[0].collection, found[0].name
    genes = get_gene_set(workspace.store, collection, name).genes
    return Signature(name, dict.fromkeys(genes, 1))
