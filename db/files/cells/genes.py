"""The table of a matrix's genes: names, Ensembl ids without versions, kinds, genomes, targets of guides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

EXPRESSION = "Gene Expression"
GUIDES = "CRISPR Guide Capture"
COLUMNS = ("name", "id", "kind", "genome", "target")
ID_COLUMNS = (
    "gene_ids", "gene_id", "ensembl_id", "ensembl_gene_id", "ensemblid", "ensembl", "ensg", "feature_id", "accession",
    "id", "geneid", "gene",
)  # fmt: skip
"""Names that a column of Ensembl ids has, whatever their case; others are tried after them."""
NAME_COLUMNS = (
    "feature_name", "gene_symbol", "gene_symbols", "symbol", "symbols", "gene_name", "gene_names", "gene_short_name",
    "gene", "name", "hgnc_symbol",
)  # fmt: skip
"""Names that a column of symbols has where the main names are Ensembl ids."""
_ENSEMBL = re.compile(r"^(?:.*[_:-])?(ENS[A-Z]{0,6}G\d{6,11})(?:\.\d+)?(?:_PAR_Y)?$")


def ensembl_ids(texts: Sequence[str] | npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Ensembl gene ids without a genome before them or a version behind; empty where a text is none.

    Args:
        texts: Such as ``ENSG00000141510.17`` or ``GRCh38_ENSG00000141510``.
    """
    # Most texts are none, which is told much faster than by the pattern.
    found = [_ENSEMBL.search(text) if "ENS" in text else None for text in map(str, texts)]
    return np.array(["" if one is None else one[1] for one in found], dtype=object)


def gene_table(names: Sequence[str] | npt.NDArray[np.object_], **columns: Any) -> pd.DataFrame:  # noqa: ANN401 - texts
    """Genes in the order of the matrix.

    Args:
        names: Their names, as in the file.
        **columns: Texts for id, kind, genome and target; empty ones where a column is not given.

    Returns:
        One row each, with `COLUMNS`; ids are those of Ensembl, taken from the names where no column has any.
    """
    count = len(names)
    frame = pd.DataFrame({"name": np.asarray(names, dtype=object)})
    for column in COLUMNS[1:]:
        given = columns.get(column)
        frame[column] = np.full(count, "", dtype=object) if given is None else np.asarray(given, dtype=object)
    ids = ensembl_ids(frame["id"].to_numpy(dtype=object))
    frame["id"] = ids if any(ids) else ensembl_ids(frame["name"].to_numpy(dtype=object))
    frame["name"] = _without_genome(frame)
    return frame.astype(object)


def _without_genome(frame: pd.DataFrame) -> pd.Series[Any]:
    """Names without the genome that Cell Ranger puts before them where it counts several."""
    if not frame["genome"].any():
        return frame["name"]
    prefixed = [
        genome and name.startswith(f"{genome}_") for name, genome in zip(frame["name"], frame["genome"], strict=True)
    ]
    stripped = [
        name[len(genome) :].lstrip("_") if there else name
        for name, genome, there in zip(frame["name"], frame["genome"], prefixed, strict=True)
    ]
    return pd.Series(stripped, dtype=object)


def described_genes(names: npt.NDArray[np.object_], columns: Mapping[str, npt.NDArray[np.object_]]) -> pd.DataFrame:
    """Genes of a file that says of each what its columns happen to be called.

    Ids come from the names where most of these are Ensembl ids, else from the column of `ID_COLUMNS` or, failing that,
    from any column in which most texts are such ids. Where the names are ids, the names come from a column of
    `NAME_COLUMNS`, a gene without one keeping its id.

    Args:
        names: The file's main names.
        columns: Further texts of each gene, by the name of their column.
    """
    by_name = {name.casefold(): name for name in columns}
    own = ensembl_ids(names)
    ids: npt.NDArray[np.object_] | None = own if _mostly(own) else None
    if ids is not None:
        column = next((by_name[name] for name in NAME_COLUMNS if name in by_name), None)
        if column is not None and not _mostly(ensembl_ids(columns[column])):
            names = np.where(columns[column] == "", names, columns[column])
    else:
        ordered = [by_name[name] for name in ID_COLUMNS if name in by_name]
        candidates = (ensembl_ids(columns[name]) for name in dict.fromkeys([*ordered, *columns]))
        ids = next((found for found in candidates if _mostly(found)), None)
    kinds = columns.get("feature_types")
    genomes = columns.get("genome")
    return gene_table(names, id=ids, kind=kinds, genome=genomes, target=columns.get("target_gene_name"))


def _mostly(ids: npt.NDArray[np.object_]) -> bool:
    return len(ids) > 0 and int(np.count_nonzero(ids != "")) * 2 > len(ids)


def repeated(names: Sequence[str] | npt.NDArray[np.object_] | pd.Series[Any], what: str) -> tuple[str, ...]:
    """A sentence on names that come more than once, or none.

    Args:
        names: The names.
        what: What they name, such as ``genes``.
    """
    series = pd.Series(names, dtype=object)
    again = series[series.duplicated()].unique()
    if not len(again):
        return ()
    shown = ", ".join(str(name) for name in again[:3]) + (" …" if len(again) > 3 else "")
    return (f"{len(again)} names of {what} come more than once ({shown}); all are kept.",)
