"""The door to files of cells: told by what they hold, whatever they are called, or refused in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import h5py

from db.errors import RefusedFileError
from db.files.cells import h5ad, loom, market, r_lists, tenx_h5
from db.files.cells.base import CellFile
from db.files.cells.hdf5 import opened_hdf5
from db.files.cells.open_cells import DAMAGE_HELP, OpenCells
from db.files.cells.recognition import form_of
from db.files.kinds import START, kind_of
from db.files.opening import damage_refused, open_ordinary

FORMS = "an .h5ad, a 10x .h5, a .loom, or a folder with matrix.mtx, features.tsv and barcodes.tsv"
_READERS: tuple[tuple[Callable[[h5py.Group], bool], Callable[[h5py.File, Path, ExitStack], OpenCells]], ...] = (
    (tenx_h5.recognises, tenx_h5.read), (loom.recognises, loom.read), (h5ad.recognises, h5ad.read),
)  # fmt: skip
_STRANGERS = (
    ({"mod"}, "a MuData file (.h5mu)", "Write one of its parts: mdata['rna'].write_h5ad(…)."),
    ({"assays", "meta.data"}, "a Seurat file (.h5seurat)", "Make an .h5ad of it, as SeuratDisk::Convert does."),
    ({"cell_names", "gene_names"}, "a matrix of another program", "Write it as .h5ad by anndata."),
)  # fmt: skip


def holds_cells(path: Path) -> bool:
    """Whether something looks like cells, R data by what is in them: they may be anything.

    Args:
        path: A file or folder.

    Raises:
        RefusedFileError: It cannot be read.
    """
    if path.is_dir():
        return True
    form = form_of(path)
    if form != "r":
        return bool(form)
    with damage_refused(path, "R data", DAMAGE_HELP):
        return r_lists.recognises(path)


@contextmanager
def opened_cells(path: Path) -> Iterator[CellFile]:
    """A file or folder of cells, open for as long as it is read.

    Args:
        path: An .h5ad, a 10x .h5, a .loom, an .rda of sceptre, a folder with matrix.mtx, features.tsv (or genes.tsv)
            and barcodes.tsv, or one matrix of a folder with several.

    Yields:
        The file; nothing of its matrix is in memory.

    Raises:
        RefusedFileError: It is no such file, is cut or damaged, or its names do not fit its matrix.
        NeedsChoiceError: The folder has several matrices.
    """
    with ExitStack() as stack:
        with damage_refused(path, "a file of cells", DAMAGE_HELP):
            cells = _opened(path, stack).check()
        yield cells


def _opened(path: Path, stack: ExitStack) -> OpenCells:
    if path.is_dir():
        _refuse_zarr(path)
        return market.read(path, stack)
    kind = form_of(path)
    if kind == "hdf5":
        return _from_hdf5(stack.enter_context(opened_hdf5(path)), path, stack)
    if kind == "market":
        return market.read(path, stack)
    if kind == "r":
        return r_lists.read(path)
    with open_ordinary(path) as stream:
        # What is no table either is called by its name.
        what = kind_of(stream.read(START), path.name)
    named = {"text": "text", "parquet": "a Parquet table"}.get(what, f"a {what} file")
    raise RefusedFileError(f"{path.name} is {named}, not cells.", f"Give {FORMS}; unpack it where it is packed.")


def _from_hdf5(root: h5py.File, path: Path, stack: ExitStack) -> OpenCells:
    inside = set(root)
    for names, what, help_ in _STRANGERS:
        if names <= inside:
            raise RefusedFileError(f"{path.name} is {what}.", help_)
    for recognises, read in _READERS:
        if recognises(root):
            return read(root, path, stack)
    listed = ", ".join(sorted(inside)[:8]) or "nothing"
    raise RefusedFileError(f"{path.name} is an HDF5 file without cells: it holds {listed}.", f"Give {FORMS}.")


def _refuse_zarr(folder: Path) -> None:
    if any((folder / name).exists() for name in (".zgroup", "zarr.json", ".zattrs")):
        raise RefusedFileError(
            f"{folder} is a Zarr store.", "Write it as .h5ad: anndata.read_zarr(…).write_h5ad(…) in Python."
        )
