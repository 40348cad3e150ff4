"""Names of a table's rows as numbers: what refers to rows by their ids is then read without a text for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.store import Connection


@dataclass(frozen=True)
class NamedRows:
    """The names of a table's rows.

    Attributes:
        codes: Place of each row's name among `names`, by the row's id; 0 where no row has the id.
        names: Each name once, sorted.
    """

    codes: npt.NDArray[np.int32]
    names: pd.Index[str]

    @classmethod
    def of(cls, connection: Connection, table: str, column: str) -> NamedRows:
        """Reads the names.

        Args:
            connection: An open connection.
            table: Name of a table with a column ``id``.
            column: Name of the column that holds the names.
        """
        # Sorted by the database, which is far quicker at it.
        rows = connection.execute(f"SELECT id, {column} AS name FROM {table} ORDER BY name").fetchnumpy()
        names, ids = np.asarray(rows["name"], dtype=object), np.asarray(rows["id"], dtype=np.int64)
        first = np.r_[np.ones(min(len(names), 1), bool), names[1:] != names[:-1]]
        codes = np.zeros(int(ids.max(initial=0)) + 1, np.int32)
        codes[ids] = np.cumsum(first) - 1
        return cls(codes, pd.Index(names[first], dtype=object))

    def categories(self, ids: Any) -> pd.Categorical[Any]:  # noqa: ANN401 - whatever numbers a query gave
        """The names of rows as categories, in alphabetical order.

        Args:
            ids: Ids of rows that are there.
        """
        return pd.Categorical.from_codes(self.codes[ids], self.names, ordered=True)
