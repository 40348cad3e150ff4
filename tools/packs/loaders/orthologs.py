"""Human–mouse orthologs: HCOP's table of pairs and the databases that support each."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from db.errors import RefusedFileError
from db.files.plain_table import read_plain_table
from db.genes.nomenclature import write_orthologs
from db.store import Connection
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once
from tools.workspace import Workspace

_COLUMNS = ("Gene stable ID", "Mouse gene stable ID", "supporting_source")


def read_hcop(path: Path) -> pd.DataFrame:
    """Reads a table of human genes and their mouse orthologs.

    Args:
        path: Text split by commas, with the columns Gene stable ID, Mouse gene stable ID and supporting_source.

    Returns:
        Columns human, mouse (Ensembl gene ids) and sources (number of databases that support the pair).

    Raises:
        RefusedFileError: Columns are missing.
    """
    frame = read_plain_table(path, ",")
    if missing := [column for column in _COLUMNS if column not in frame.columns]:
        raise RefusedFileError(f"{path.name} lacks the columns {', '.join(missing)}.")
    pairs = frame[list(_COLUMNS)].set_axis(["human", "mouse", "sources"], axis="columns")
    pairs = pairs[pairs["human"].str.startswith("ENSG") & pairs["mouse"].str.startswith("ENSMUSG")]
    return pairs.assign(sources=pairs["sources"].str.count(",") + 1)


class Orthologs:
    """Writes pairs of which both genes are in the store."""

    title = "orthologs"
    options: frozenset[str] = frozenset()

    def target(self, step: LoadStep) -> tuple[str, str]:  # noqa: ARG002 - there is one such ingest
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("orthologs", "human–mouse orthologs")

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`."""

        def write(connection: Connection, ingest_id: int) -> Written:
            pairs = read_hcop(source.folder / step.files[0])
            written = write_orthologs(connection, ingest_id, pairs)
            return Written(written, detail=f"{len(pairs) - written} pairs name a gene that the store lacks")

        return load_once(workspace, source, step, target=self.target(step), write=write)


METHOD = Orthologs
