"""What is written of genes: summaries, from a table in an R data file."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

import pandas as pd

from db.errors import RefusedFileError, check_word
from db.genes.texts import write_gene_texts
from db.records import Organism
from db.store import Connection
from tools.genes.placed_names import place
from tools.packs.loaders._r_data import r_columns
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace

_TAXON = {"human": 9606, "mouse": 10090}
_COLUMNS = ("Taxon_ID", "Gene_ID", "Gene_summary")


def read_summaries(path: Path, organism: Organism) -> pd.DataFrame:
    """Reads RefSeq's summaries of one organism's genes; the table has a row for each transcript.

    Where the transcripts of a gene have different summaries, the one that most of them have is taken; of equally
    common ones the longest.

    Args:
        path: An R data file of a table with the columns Taxon_ID, Gene_ID (Entrez) and Gene_summary.
        organism: Whose genes.

    Returns:
        Columns entrez and text, one row for each gene, sorted.

    Raises:
        RefusedFileError: The file holds no such table.
    """
    columns = r_columns(path)
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise RefusedFileError(f"{path.name} lacks the columns {', '.join(missing)}.")
    frame = pd.DataFrame({name: columns[name] for name in _COLUMNS})
    numbers = frame[["Taxon_ID", "Gene_ID"]].apply(pd.to_numeric, errors="coerce")
    text = frame["Gene_summary"].astype(str).str.split().str.join(" ")
    kept = pd.DataFrame({"entrez": numbers["Gene_ID"], "text": text})[
        (numbers["Taxon_ID"] == _TAXON[organism]) & numbers["Gene_ID"].notna() & (text != "")
    ]
    counted = kept.astype({"entrez": "int64"}).value_counts().rename("rows").reset_index()
    counted["length"] = counted["text"].str.len()
    counted = counted.sort_values(["entrez", "rows", "length", "text"], ascending=[True, False, False, True])
    best = counted.drop_duplicates("entrez")
    return pd.DataFrame({"entrez": best["entrez"].astype(str), "text": best["text"]}).reset_index(drop=True)


class GeneTexts:
    """Writes one source's texts on one organism's genes; ids of no known gene are left out and noted."""

    title = "gene texts"
    options = frozenset({"source", "organism"})

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("gene_texts", f"{required(step, 'source')} {required(step, 'organism')}")

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`."""
        name, organism = required(step, "source"), cast("Organism", required(step, "organism"))
        check_word("organism", organism, get_args(Organism))
        read = pd.DataFrame()

        def before() -> None:
            nonlocal read
            read = read_summaries(source.folder / step.files[0], organism)

        def write(connection: Connection, ingest_id: int) -> Written:
            ids = read["entrez"].tolist()
            placed = place(workspace, [f"LOC{one}" for one in ids], organism, {"entrez": ids})
            texts = read.assign(gene_id=("LOC" + read["entrez"]).map(placed.ids)).dropna(subset=["gene_id"])
            rows = write_gene_texts(connection, ingest_id, name, organism, texts)
            return Written(rows, placed.notes, f"texts on {rows} {organism} genes")

        return load_once(workspace, source, step, target=self.target(step), write=write, before=before)


METHOD = GeneTexts
