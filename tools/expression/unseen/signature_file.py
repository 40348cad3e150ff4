"""The whole list of perturbations by their predicted score on a signature, as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.files.parquet import write_parquet
from tools.expression.unseen.options import Learning
from tools.expression.unseen.signature_list import TOP, candidates_of, told_signature
from tools.expression.unseen.signature_ranking import scored
from tools.expression.unseen.signature_results import PredictedSignature
from tools.output_files import path_of_form, write_whole
from tools.parameters import takes_fields
from tools.workspace import Workspace

ENDINGS = (".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class ExportedSignature:
    """A list that was written.

    Attributes:
        path: The file.
        rows: How many perturbations it holds.
        listed: The two ends of it, and how far it can be trusted.
    """

    path: Path
    rows: int
    listed: PredictedSignature


@takes_fields
def signature_export(
    workspace: Workspace,
    signature: str,
    out: Path,
    learning: Learning,
    *,
    cells: str = "",
    toward: str = "",
    away: str = "",
    within: str = "",
    genes: Sequence[str] = (),
    library: Path | None = None,
    top: int = TOP,
    overwrite: bool = False,
) -> ExportedSignature:
    """Writes the whole list of `predict_signature`: every gene's predicted score on a signature, measured ones beside.

    Args:
        workspace: Its store holds responses and knowledge of genes.
        signature: As `predict_signature` takes it.
        out: The file: .csv, .tsv or .parquet.
        learning: What is learnt from.
        cells: As `predict_signature` takes it.
        toward: Likewise.
        away: Likewise.
        within: The context that is answered for; the mean over all where empty.
        genes: The genes that are ranked; all protein-coding ones where neither these nor a library is given.
        library: A file of the genes that are ranked.
        top: How many are reported from either end.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such signature, table, predictor or gene.
        RefusedFileError: The file may not be written, or one cannot be read.
        InvalidValueError: Too few genes were measured, or a value cannot be used.
    """
    if top < 1:
        raise InvalidValueError(f"{top} perturbations cannot be listed.", f"Give {option(top=1)} or more.")
    target = path_of_form(workspace, out, ENDINGS, overwrite=overwrite)
    told = told_signature(workspace, signature, cells, toward, away)
    made = scored(workspace, told, learning, within=within, candidates=candidates_of(workspace, genes, library))
    frame = pd.DataFrame([vars(one) for one in made.ranked])
    write_whole(target, lambda path: _write(frame, path, out.suffix.casefold()), overwrite=overwrite)
    return ExportedSignature(out, len(frame), made.ends(top))


def _write(frame: pd.DataFrame, path: Path, ending: str) -> None:
    if ending == ".parquet":
        write_parquet(frame, path)
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
