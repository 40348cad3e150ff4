"""The columns of a library of guides, by the names that published libraries and design tools give them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from db.acts import COLUMN, option
from db.errors import InvalidValueError, RefusedFileError
from tools.orders.sequences import IS_SEQUENCE
from tools.screens.tables.raw_table import RawTable

NAMES: Mapping[str, tuple[str, ...]] = {
    "gene": (
        "targetgenesymbol", "annotatedgenesymbol", "approvedsymbol", "hgncsymbol", "genesymbol", "targetsymbol",
        "targetgene", "symbol", "gene", "genes", "genename", "targetgenename", "target", "targetname", "geneid",
        "targetgeneid", "annotatedgeneid",
    ),
    "sequence": (
        "sgrnatargetsequence", "sgrnasequence", "grnasequence", "guidesequence", "guidernasequence", "crrnasequence",
        "protospacersequence", "protospacer", "spacersequence", "spacer", "barcodesequence", "constructbarcode",
        "sgrnaseq", "grnaseq", "guideseq", "targetsequence", "grnatargetsequence", "guidetargetsequence", "sequence",
        "seq", "sgrna", "grna", "guide", "guiderna", "crrna",
    ),
    "guide": (
        "sgrnaid", "guideid", "grnaid", "sgid", "crrnaid", "uid", "constructid", "constructids", "sgrnaname",
        "guidename", "grnaname", "oligoid", "code", "id", "name", "sgrna", "guide", "grna",
    ),
    "pam": ("pamsequence", "pam", "pamseq"),
    "score": (
        "pickorder", "combinedrank", "selectionrank", "guiderank", "ontargetrank", "ruleset3score", "ruleset2score",
        "ontargetefficacyscore", "ontargetefficiencyscore", "ontargetscore", "azimuthscore", "doenchscore",
        "predictedscore", "efficacyscore", "efficiencyscore", "activityscore", "score", "rank",
    ),
    "plate": ("sourceplate", "platename", "plateid", "platebarcode", "plate"),
    "well": ("sourcewell", "wellposition", "wellid", "well"),
}  # fmt: skip
"""Field → names of its column, case and signs left out, the surest first.

Brunello: Target Gene Symbol, sgRNA Target Sequence, PAM Sequence, Rule Set 2 score. Dolcetto, Calabrese: sgRNA Sequence
(or Barcode Sequence), Annotated Gene Symbol. GeCKO: gene_id, UID, seq. TKOv3: GENE, SEQUENCE, GUIDE_ID. hCRISPRi-v2:
sgID, gene, protospacer sequence, selection rank. CRISPick: Target Gene Symbol, sgRNA Sequence, Pick Order.
"""
_LOW_IS_BEST = re.compile(r"rank|order|penalt|off.?target", re.IGNORECASE)
_LOOKED_AT = 400
_NO_SEQUENCES = (
    "Give a table with a guide sequence in each row; the library's depositor or Addgene's page of it has one."
)


def found_columns(table: RawTable, mapped: Mapping[str, str]) -> dict[str, str]:
    """Field → its column; gene and sequence are always there.

    Args:
        table: The library's cells.
        mapped: Field → column, as it was named.

    Raises:
        InvalidValueError: There is no such field.
        RefusedFileError: There is no such column, or none with genes or with sequences.
    """
    if strange := [field for field in mapped if field not in NAMES]:
        raise InvalidValueError(
            f"A library of guides has no field {strange[0]!r}.", f"Its fields are: {', '.join(NAMES)}."
        )
    found = {field: _existing(table, field, column) for field, column in mapped.items()}
    if "sequence" not in found:
        found["sequence"] = _sequence_column(table)
    for field, names in NAMES.items():
        taken = set(found.values())
        free = {_folded(name): name for name in table.columns if name not in taken}
        if field not in found and (column := next((free[name] for name in names if name in free), "")):
            found[field] = column
    if "gene" not in found:
        raise RefusedFileError(
            f"No column of {table.path.name} is known to hold the guides' genes.",
            f"Say which one does: {option(columns={'gene': COLUMN})}. Its columns are: {_listed(table)}.",
        )
    return found


def low_is_best(column: str) -> bool:
    """Whether the least number of a column is the best guide: a rank or an order of picks, no score.

    Args:
        column: Its name.
    """
    return _LOW_IS_BEST.search(column) is not None


def _sequence_column(table: RawTable) -> str:
    """The column of sequences: of those that are called so, or of all, the first that holds some."""
    holding = [name for name in table.columns if _holds_sequences(table.cells[name])]
    by_name = {_folded(name): name for name in holding}
    if column := next((by_name[name] for name in NAMES["sequence"] if name in by_name), ""):
        return column
    if len(holding) == 1:
        return holding[0]
    if not holding:
        raise RefusedFileError(
            f"{table.path.name} is a library without sequences: none of its columns ({_listed(table)}) holds guides"
            " of 15 to 30 bases.",
            _NO_SEQUENCES,
        )
    raise RefusedFileError(
        f"Several columns of {table.path.name} hold sequences: {', '.join(holding)}.",
        f"Say which one is ordered: {option(columns={'sequence': holding[0]})}.",
    )


def _holds_sequences(cells: pd.Series[str]) -> bool:
    some = [text for text in cells.iloc[:: max(1, len(cells) // _LOOKED_AT)] if str(text).strip()]
    return bool(some) and sum(IS_SEQUENCE.fullmatch(text) is not None for text in some) > len(some) / 2


def _existing(table: RawTable, field: str, column: str) -> str:
    alike = [name for name in table.columns if name == column] or [
        name for name in table.columns if _folded(name) == _folded(column)
    ]
    if len(alike) == 1:
        return alike[0]
    raise RefusedFileError(
        f"{table.path.name} has no column {column!r}, which {option(columns={field: column})} names.",
        f"Its columns are: {_listed(table)}.",
    )


def _listed(table: RawTable) -> str:
    return ", ".join(table.columns[:20])


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
