"""Vectors of genes from a user's own file: GenePT's pickles, arrays, or a table of one row a gene."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from db.errors import RefusedFileError
from db.files.opening import damage_refused, open_ordinary
from db.files.parquet import read_parquet_typed
from db.files.pickles import read_pickle
from db.files.plain_table import read_plain_table
from tools.expression.expression_responses import Floats

HELP = (
    "Give a pickle of a dictionary gene → vector, an .npz with a matrix and the names of its rows, or a csv, tsv or"
    " Parquet table whose first column names genes and whose others are numbers."
)
PICKLES, TABLES = (".pickle", ".pkl", ".p"), {".csv": ",", ".tsv": "\t", ".txt": "\t"}


def vectors_of_file(path: Path) -> pd.DataFrame:
    """Vectors by name, genes × d, float32; the first of a name that stands twice.

    Args:
        path: A file of one of the forms in `HELP`, by its ending.

    Raises:
        RefusedFileError: It is of no such form, or its vectors are of several lengths or not finite.
    """
    ending = path.suffix.casefold()
    if ending in PICKLES:
        found = _of_dictionary(path, read_pickle(path))
    elif ending == ".npz":
        found = _of_arrays(path)
    elif ending == ".parquet":
        found = _of_table(path, read_parquet_typed(path))
    elif ending in TABLES:
        found = _of_table(path, read_plain_table(path, TABLES[ending]))
    else:
        raise RefusedFileError(f"{path.name} is no file of vectors by its ending.", HELP)
    if not len(found) or found.shape[1] < 2 or not np.isfinite(found.to_numpy()).all():
        raise RefusedFileError(f"{path.name} holds no finite vectors of two numbers at least.", HELP)
    return found[~found.index.duplicated()]


def _of_dictionary(path: Path, held: Any) -> pd.DataFrame:  # noqa: ANN401 - whatever a pickle held
    if not isinstance(held, Mapping) or not held:
        raise RefusedFileError(f"{path.name} holds no dictionary gene → vector.", HELP)
    lengths = {np.size(vector) for vector in held.values()}
    if len(lengths) > 1:
        raise RefusedFileError(f"{path.name} has vectors of {min(lengths)} to {max(lengths)} numbers.", HELP)
    with damage_refused(path, "vectors of genes", HELP):
        return _frame([str(name) for name in held], np.stack([np.ravel(vector) for vector in held.values()]))


def _of_arrays(path: Path) -> pd.DataFrame:
    with damage_refused(path, "an archive of arrays", HELP), open_ordinary(path) as stream:
        archive = np.load(stream, allow_pickle=False)
        arrays = {name: archive[name] for name in archive.files}
    matrices = [one for one in arrays.values() if one.ndim == 2 and one.dtype.kind in "fiu"]
    names = [one for one in arrays.values() if one.ndim == 1 and one.dtype.kind in "US"]
    if len(matrices) != 1 or (fitting := [one for one in names if len(one) == len(matrices[0])]) == []:
        raise RefusedFileError(f"{path.name} does not hold one matrix and the names of its rows.", HELP)
    return _frame([str(name) for name in fitting[0].astype(str)], matrices[0])


def _of_table(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    with damage_refused(path, "a table of numbers beside a first column of genes", HELP):
        return _frame([str(name) for name in table.iloc[:, 0]], table.iloc[:, 1:].to_numpy(dtype=np.float32))


def _frame(names: list[str], vectors: Floats) -> pd.DataFrame:
    return pd.DataFrame(np.asarray(vectors, dtype=np.float32), index=pd.Index(names, dtype=object))
