"""Tables of packs: plain text in a form that is known beforehand, or a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from db.files.opening import damage_refused, refuse_extraordinary


def read_plain_table(path: Path, separator: str, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - those of pandas
    """A table of text whose form is known; every cell as text unless told otherwise.

    Args:
        path: The file, packed by gzip or not.
        separator: What stands between cells.
        **options: Of `pandas.read_csv`.

    Raises:
        RefusedFileError: It is no such table, or damaged.
    """
    refuse_extraordinary(path)
    with damage_refused(path, "a table of text", "Download it again."):
        frame: pd.DataFrame = pd.read_csv(path, sep=separator, **{"dtype": str, "keep_default_na": False, **options})
        return frame
