"""Gene names: HGNC's table for human, MGI's for mouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.errors import InvalidValueError, RefusedFileError
from db.files.plain_table import read_plain_table
from db.genes.nomenclature import write_genes
from db.records import Organism
from db.store import Connection
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace

_HGNC_COLUMNS = (
    "HGNC ID",
    "Approved symbol",
    "Approved name",
    "Status",
    "Alias symbols",
    "Previous symbols",
    "Locus type",
)
_HGNC_IDENTIFIERS: Mapping[str, str] = {
    "NCBI Gene ID(supplied by NCBI)": "entrez",
    "UniProt ID(supplied by UniProt)": "uniprot",
    "Ensembl gene ID": "ensembl",
}
_MGI_COLUMNS = ("ID", "symbol", "synonyms", "ensembl")


@dataclass(frozen=True)
class Nomenclature:
    """One organism's names, as `db.genes.nomenclature.write_genes` takes them."""

    genes: pd.DataFrame
    names: pd.DataFrame
    identifiers: pd.DataFrame


def read_hgnc(path: Path) -> Nomenclature:
    """Reads HGNC's table.

    A withdrawn symbol that was merged into another gene is a previous symbol of that gene; other withdrawn entries
    are no genes.

    Args:
        path: Tab-separated text with HGNC's column titles.

    Raises:
        RefusedFileError: Columns are missing.
    """
    frame = _read(path, (*_HGNC_COLUMNS, *_HGNC_IDENTIFIERS))
    approved = frame[frame["Status"] == "Approved"].drop_duplicates("HGNC ID")
    genes = _renamed(approved, "HGNC ID", "Approved symbol", "Approved name", "Locus type")
    genes.columns = pd.Index(["accession", "symbol", "name", "locus_type"])
    names = [
        _exploded(approved, "HGNC ID", "Alias symbols", ",").assign(tier="alias"),
        _exploded(approved, "HGNC ID", "Previous symbols", ",").assign(tier="previous"),
        _merged_symbols(frame),
    ]
    identifiers = [
        _exploded(approved, "HGNC ID", column, ",").rename(columns={"name": "identifier"}).assign(namespace=space)
        for column, space in _HGNC_IDENTIFIERS.items()
    ]
    return Nomenclature(genes, pd.concat(names), pd.concat(identifiers))


def _merged_symbols(frame: pd.DataFrame) -> pd.DataFrame:
    withdrawn = frame[frame["Status"] == "Symbol Withdrawn"]
    target = withdrawn["Approved name"].str.extract(r"\[(HGNC:\d+)\]", expand=False).fillna("")
    merged = pd.DataFrame({"accession": target, "name": withdrawn["Approved symbol"]})
    return merged[merged["accession"] != ""].assign(tier="previous")


def read_mgi(path: Path) -> Nomenclature:
    """Reads MGI's table; a gene with several Ensembl ids has several lines.

    Args:
        path: Tab-separated text with the columns ID, symbol, synonyms (split by ``|``), ensembl.

    Raises:
        RefusedFileError: Columns are missing.
    """
    frame = _read(path, _MGI_COLUMNS)
    frame["ID"] = "MGI:" + frame["ID"].str.removeprefix("MGI:")
    first = frame.drop_duplicates("ID")
    genes = _renamed(first, "ID", "symbol").assign(name="", locus_type="")
    genes.columns = pd.Index(["accession", "symbol", "name", "locus_type"])
    names = _exploded(first, "ID", "synonyms", "|").assign(tier="alias")
    identifiers = _exploded(frame, "ID", "ensembl", "|").rename(columns={"name": "identifier"})
    return Nomenclature(genes, names, identifiers.assign(namespace="ensembl"))


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    frame = read_plain_table(path, "\t", quoting=3)
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise RefusedFileError(
            f"{path.name} lacks the columns {', '.join(missing)}.", f"A table of gene names has {', '.join(columns)}."
        )
    return frame


def _renamed(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame[list(columns)].reset_index(drop=True)


def _exploded(frame: pd.DataFrame, key: str, column: str, separator: str) -> pd.DataFrame:
    """One row for each part of a column's lists: accession, name."""
    long = pd.DataFrame({"accession": frame[key], "name": frame[column].str.split(re.escape(separator), regex=True)})
    long = long.explode("name")
    long["name"] = long["name"].str.strip()
    return long[long["name"].fillna("") != ""]


_LAYOUTS: Mapping[str, Callable[[Path], Nomenclature]] = {"hgnc": read_hgnc, "mgi": read_mgi}


def _organism(step: LoadStep) -> Organism:
    layout = required(step, "layout")
    if layout not in _LAYOUTS:
        raise InvalidValueError(f"There is no layout {layout!r} of gene names.", f"There are: {', '.join(_LAYOUTS)}.")
    return "human" if layout == "hgnc" else "mouse"


class Genes:
    """Writes one organism's nomenclature."""

    title = "gene names"
    options = frozenset({"layout"})

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("genes", f"{_organism(step)} genes")

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`; a nomenclature that the store has already is kept."""
        layout, organism = str(step.options["layout"]), _organism(step)

        def write(connection: Connection, ingest_id: int) -> Written:
            read = _LAYOUTS[layout](source.folder / step.files[0])
            return Written(write_genes(connection, ingest_id, organism, read.genes, read.names, read.identifiers))

        return load_once(workspace, source, step, target=self.target(step), write=write)


METHOD = Genes
