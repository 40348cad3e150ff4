"""The table of named cells, a row each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.files.parquet import write_parquet
from tools.cells.annotation.likeness import Likeness
from tools.cells.reading import LabelledCells, Texts
from tools.output_files import path_of_form, write_whole
from tools.workspace import Workspace

ENDINGS = (".csv", ".tsv", ".parquet")


def check_place(workspace: Workspace, out: Path, *, overwrite: bool) -> Path:
    """Where the table is written, before anything is read.

    Args:
        workspace: Where files may be written.
        out: As it was named.
        overwrite: Whether a file that is there is replaced.

    Raises:
        InvalidValueError: Its ending is none of `ENDINGS`.
        RefusedFileError: It may not be written there.
    """
    return path_of_form(workspace, out, ENDINGS, overwrite=overwrite)


def write_table(
    target: Path, cells: LabelledCells, labels: Texts, probabilities: npt.NDArray[np.float64], like: Likeness,
    unlike: npt.NDArray[np.bool_], *, overwrite: bool,
) -> None:  # fmt: skip
    """Writes cell, label, probability, second, second_probability, likeness, agreement and unlike.

    Args:
        target: As `check_place` gave it.
        cells: The cells.
        labels: Of the reference.
        probabilities: Cells × labels.
        like: How like its label each cell is.
        unlike: Whether it is like nothing in the reference.
        overwrite: Whether a file that is there is replaced.
    """
    order, rows = np.argsort(-probabilities, axis=1, kind="stable"), np.arange(len(probabilities))
    frame = pd.DataFrame({
        "cell": cells.barcodes, "label": labels[order[:, 0]],
        "probability": probabilities[rows, order[:, 0]].round(4), "second": labels[order[:, 1]],
        "second_probability": probabilities[rows, order[:, 1]].round(4), "likeness": like.likeness.round(4),
        "agreement": like.agreement.round(4), "unlike": unlike,
    })  # fmt: skip
    write_rows(target, frame, overwrite=overwrite)


def write_rows(target: Path, frame: pd.DataFrame, *, overwrite: bool) -> None:
    """Writes a table in the form of its ending.

    Args:
        target: As `check_place` gave it.
        frame: The rows.
        overwrite: Whether a file that is there is replaced.
    """
    write_whole(target, lambda path: _write(frame, path, target.suffix.casefold()), overwrite=overwrite)


def _write(frame: pd.DataFrame, path: Path, ending: str) -> None:
    if ending == ".parquet":
        write_parquet(frame, path)
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
