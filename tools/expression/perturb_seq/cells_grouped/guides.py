"""The guides of each cell: taken from a column, or called from counts of captured guides by a stated rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from db.files.cells.base import CellFile
from db.genes.control_names import is_control
from db.genes.names import GeneNames
from db.genes.perturbation_names import genes_in, name_of_genes
from db.records import Note
from tools.expression.perturb_seq.cells_grouped.cell_labels import Labels, meant_labels
from tools.screens.naming.organisms import organism_of
from tools.screens.tables.rows import folded
from tools.workspace import Workspace

FEWEST_UMIS = 5
"""A guide is in a cell when so many of its molecules were counted there,"""
LEAST_SHARE = 0.2
"""and they are at least this share of all guides' molecules of the cell."""
MOST_BY_CHANCE = 0.25
"""Where a smaller share of cells with guides has guides of several genes, these met by chance: no pairs are meant."""
CAPTURE = "CRISPR Guide Capture"
NAMES = (
    "guide", "guides", "guideid", "guideidentity", "guidename", "guideids", "grna", "grnaid", "sgrna", "sgrnaid",
    "sgrnas", "featurecall", "featurecalls", "protospacer", "sgid",
)  # fmt: skip
_SEVERAL = re.compile(r"\s*[|;,]\s*")
_NUMBERS = (
    re.compile(r"[-_. ]\d+$"), re.compile(r"[-_. ](?:s?g(?:RNA)?|guide|sh)[-_. ]?\d+$", re.IGNORECASE),
    re.compile(r"(?:sg|g|sh)\d+$"), re.compile(r"\d+$"),
)  # fmt: skip
"""What may stand behind the gene in a guide's name: GENE_2, GENE-g2, GENEg2, GENE2; a G of the gene's own is none."""
_KNOWN = frozenset({"approved", "previous", "alias", "identifier"})


@dataclass(frozen=True, eq=False)
class Guides:
    """Which guides were found in each cell.

    Attributes:
        of_cell: The guides of each cell as one text, parted by ``|`` and sorted; empty where there is none.
        said: Where they are from.
        targets: Guide → its gene as the file says it; empty where it does not.
    """

    of_cell: pd.Series[str]
    said: str
    targets: Mapping[str, str]


def guides_of(cells: CellFile, column: str) -> Guides | None:
    """The guides of a file's cells; None where it does not tell them.

    Args:
        cells: The open file.
        column: The column that was named; empty to look for one, and then for counts of captured guides.

    Raises:
        InvalidValueError: There is no column of the name.
    """
    found = column or next((one for name in NAMES for one in cells.columns if folded(one) == name), "")
    if found:
        return Guides(cells.column(found).map(_sorted), f"the column {found}", {})
    for layer in cells.layers:
        genes = cells.genes_of(layer)
        captured = np.flatnonzero((genes["kind"] == CAPTURE).to_numpy(dtype=bool))
        if len(captured):
            return _called(cells, layer, genes.iloc[captured], captured)
    return None


def _sorted(text: str) -> str:
    parts = [part for part in _SEVERAL.split(text.strip()) if part]
    return parts[0] if len(parts) == 1 else "|".join(sorted(set(parts)))


def _called(cells: CellFile, layer: str, features: pd.DataFrame, captured: np.ndarray) -> Guides:
    """Guides called from their counts."""
    names = features["name"].astype(str).to_numpy(dtype=object)
    texts: list[str] = []
    for _, piece in cells.pieces(layer):
        texts += called_guides(csr_matrix(piece[:, captured]), names)
    targets = dict(zip(names, features["target"].astype(str), strict=True)) if "target" in features else {}
    said = (
        f"counts of {len(names):,} captured guides: a guide is in a cell with at least {FEWEST_UMIS} of its molecules"
        f" and a fifth of the cell's"
    )
    return Guides(pd.Series(texts, dtype="str"), said, {guide: target for guide, target in targets.items() if target})


def called_guides(counts: csr_matrix, names: Sequence[str] | npt.NDArray[np.object_]) -> list[str]:
    """The guides of each cell by `FEWEST_UMIS` and `LEAST_SHARE`, as `Guides.of_cell` has them.

    Args:
        counts: Molecules, cells × guides.
        names: Names of the guides.
    """
    totals = np.asarray(counts.sum(axis=1)).ravel()
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    kept = (counts.data >= FEWEST_UMIS) & (counts.data >= LEAST_SHARE * totals[rows])
    found: list[list[str]] = [[] for _ in range(counts.shape[0])]
    for row, place in zip(rows[kept], counts.indices[kept], strict=True):
        found[row].append(str(names[place]))
    return ["|".join(sorted(one)) for one in found]


# From guides to perturbations --------------------------------------------------------------------


def labels_of_guides(
    workspace: Workspace, cells: CellFile, guides: Guides, control: str, organism: str
) -> tuple[pd.Series[str], Labels]:
    """What was done to each cell by its guides: those of one gene are that gene, of two genes the pair, controls none.

    A guide is of the gene that the file names as its target, else of the one that its own name begins with. Two genes
    in a cell are a double perturbation where at least `MOST_BY_CHANCE` of the cells with guides have several genes;
    else such cells are doublets, and set aside.

    Args:
        workspace: Its store has the gene names.
        cells: The open file.
        guides: The guides of its cells.
        control: The controls' label, or empty.
        organism: ``human``, ``mouse`` or empty.

    Returns:
        One label for each cell, and their meaning.
    """
    combinations = [one for one in dict.fromkeys(guides.of_cell) if one]
    single = sorted({guide for one in combinations for guide in one.split("|")})
    targets = _targets(workspace, single, guides.targets, organism, cells.path.name)
    meant = meant_labels(workspace, sorted(set(targets.values())), control, organism, cells.path.name)
    genes = {one: _genes(one.split("|"), targets, meant) for one in combinations}
    share = _share_of_several(guides.of_cell, genes)
    most = 2 if share >= MOST_BY_CHANCE else 1
    found = {one: name_of_genes(sorted(own)) for one, own in genes.items() if own and len(own) <= most}
    controls = frozenset(one for one, own in genes.items() if own is not None and not own)
    notes = [note for one, own in genes.items() if (note := _aside(one, own, most))]
    said = (*meant.remarks, *(_said(share, most) if share else ()))
    return guides.of_cell, Labels("", meant.organism, found, controls, (*meant.notes, *notes), said)


def _targets(
    workspace: Workspace, guides: Sequence[str], said: Mapping[str, str], organism: str, file_name: str
) -> dict[str, str]:
    """The target of each guide: what the file says, else the first part of its name that is a gene or a control."""
    own = {guide: _parts(guide) for guide in guides if guide not in said}
    if not own:
        return {guide: said[guide] for guide in guides}
    species = organism_of([parts[-1] for parts in own.values()], organism, file_name)
    names = GeneNames.load(workspace.store, species)
    status = names.statuses(list(dict.fromkeys(part for parts in own.values() for part in parts)))

    def target(guide: str) -> str:
        known = (part for part in own[guide] if is_control(part) or status[part] in _KNOWN)
        return next(known, own[guide][-1])

    return {guide: said.get(guide) or target(guide) for guide in guides}


def _parts(guide: str) -> list[str]:
    """A guide's name, and what is left of it without a number behind it, the longest first."""
    found = [guide, *(number.sub("", guide) for number in _NUMBERS)]
    return list(dict.fromkeys(part for part in found if part))


def _share_of_several(of_cell: pd.Series[str], genes: Mapping[str, set[str] | None]) -> float:
    """Of the cells with guides, the share with guides of several genes."""
    counts = of_cell[of_cell != ""].value_counts()
    several = sum(int(cells) for one, cells in counts.items() if len(genes[str(one)] or ()) > 1)
    return several / max(1, int(counts.sum()))


def _aside(label: str, genes: set[str] | None, most: int) -> Note | None:
    if genes is None:
        return Note(None, label, "unresolved", "A guide of it has no target that is known.")
    if len(genes) > most:
        return Note(None, label, "several-genes", f"Guides of {len(genes)} genes in one cell.")
    return None


def _said(share: float, most: int) -> tuple[str, ...]:
    if most > 1:
        return (f"{share:.0%} of the cells with guides have guides of two genes or more: pairs are read as such.",)
    return (
        f"{share:.1%} of the cells with guides have guides of several genes; so few are doublets, and are set aside.",
    )


def _genes(guides: Iterable[str], targets: Mapping[str, str], meant: Labels) -> set[str] | None:
    """The genes that some guides are of; None where one of them is of nothing known."""
    found: set[str] = set()
    for guide in guides:
        target = targets[guide]
        if target in meant.perturbations:
            found.update(genes_in(meant.perturbations[target]))
        elif target not in meant.controls:
            return None
    return found
