"""The tables of an AnnData file: what describes its cells and its genes, of every age of the format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from db.errors import RefusedFileError
from db.files.cells.hdf5 import check_length, member, text_attribute, texts_at, texts_of, values_at
from db.files.cells.open_cells import DAMAGE_HELP, Texts

_OLD_CATEGORIES = "__categories"


class Frame:
    """One table.

    Files before anndata 0.7 hold it as rows of a structure, with the names of categories among ``uns``; those of 0.7
    as columns with the names of categories in ``__categories``; later ones each column with its own.

    Args:
        root: The file.
        place: Where the table lies: ``obs``, ``var``, ``raw/var``.

    Raises:
        RefusedFileError: There is none.
    """

    def __init__(self, root: h5py.Group, place: str) -> None:
        node = member(root, place)
        if node is None:
            raise RefusedFileError(f"{Path(root.file.filename).name} has no table {place}.", DAMAGE_HELP)
        self._root, self._node, self._rows = root, node, None
        if isinstance(node, h5py.Dataset):
            check_length(node)
            self._rows = node[()]
            fields = node.dtype.names or ()
            self._index = next((name for name in ("index", "_index") if name in fields), fields[0] if fields else "")
            self._names = tuple(name for name in fields if node.dtype[name].ndim == 0)
        else:
            self._index = text_attribute(node, "_index") or next((n for n in ("_index", "index") if n in node), "")
            order = np.ravel(texts_of(np.asarray(node.attrs.get("column-order", []))))
            self._names = tuple(name for name in dict.fromkeys([*order, *node]) if self._is_column(node, name))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that can be read, without that of the names of the rows."""
        return tuple(name for name in self._names if name != self._index)

    @property
    def names(self) -> Texts:
        """Names of the rows."""
        if not self._index:
            raise RefusedFileError(f"{Path(self._root.file.filename).name} does not name its rows.", DAMAGE_HELP)
        return self.column(self._index)

    def column(self, name: str) -> Texts:
        """One column as text.

        Args:
            name: One of `columns`.

        Raises:
            RefusedFileError: It is damaged.
        """
        if self._rows is not None:
            return self._labelled(texts_of(self._rows[name]), self._rows[name], f"uns/{name}_categories")
        node = member(self._node, name)
        if isinstance(node, h5py.Group):
            return _composed(node)
        values = values_at(self._node, name)
        check_length(values)
        if values.dtype.kind in "iu" and member(self._node, f"{_OLD_CATEGORIES}/{name}") is not None:
            return _labels(values[()], texts_at(self._node, f"{_OLD_CATEGORIES}/{name}"), name)
        return texts_at(self._node, name)

    def texts(self) -> Mapping[str, Texts]:
        """Every column that can be read, by name."""
        return {name: self.column(name) for name in self.columns}

    def _labelled(self, texts: Texts, codes: np.ndarray, place: str) -> Texts:
        if codes.dtype.kind not in "iu" or member(self._root, place) is None:
            return texts
        return _labels(codes, texts_at(self._root, place), place)

    @staticmethod
    def _is_column(node: h5py.Group, name: str) -> bool:
        found = member(node, name) if name != _OLD_CATEGORIES else None
        if isinstance(found, h5py.Group):
            return "codes" in found or "values" in found
        return found is not None and found.ndim == 1


def _composed(node: h5py.Group) -> Texts:
    """A column of categories, or of values of which some are missing."""
    if "codes" in node:
        codes = values_at(node, "codes")
        check_length(codes)
        names = member(node, "categories")
        labels = _composed(names) if isinstance(names, h5py.Group) else texts_at(node, "categories")
        return _labels(codes[()], labels, str(node.name))
    values = texts_at(node, "values")
    mask = values_at(node, "mask")
    check_length(mask)
    values[mask[()].astype(bool)] = ""
    return values


def _labels(codes: np.ndarray, labels: Texts, name: str) -> Texts:
    """The label of each code; −1 is missing."""
    if codes.dtype.kind not in "iu" or (codes.size and not -1 <= codes.min() <= codes.max() < len(labels)):
        raise RefusedFileError(f"The column {name} has categories that it does not name.", DAMAGE_HELP)
    named: Texts = np.append(labels, "")[codes]
    return named
