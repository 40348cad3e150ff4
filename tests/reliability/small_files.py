"""A small valid file of every format that is read, and what reads it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pandas as pd
import rdata
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix

from db.engine import in_memory
from db.files.cells.opening import opened_cells
from db.files.cells.scale import scale_of
from db.files.cells.writing import write_h5ad
from tests.reliability import r_files
from tests.tools.conftest import GENES
from tools.campaigns.preregistration.document import KIND, digest, list_hash, read_document
from tools.cells.organisms import organism_of_cells
from tools.cells.reading import donor_column
from tools.expression.cell_files.layers import chosen_layer, plain_pieces
from tools.expression.cell_files.readouts import readouts_of
from tools.expression.cell_files.source import opened_source
from tools.genes.name_lists import read_expression, read_list
from tools.orders.guide_library import read_guides
from tools.orders.options import Ordering
from tools.packs.loaders.embedding import read_embedding
from tools.packs.loaders.gene_sets import read_set_table
from tools.packs.loaders.network import read_edges
from tools.pictures.plate import read_plates
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_file
from tools.screens.response_files.found import read_responses
from tools.screens.tables.reading import Reading
from tools.workspace import Workspace

USED = GENES[:30]
_NAMES = [f"c{number}" for number in range(40)]
RAISES = Reading(positive_means="raises")


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        files: Name → bytes of each of its files; the first is the one that is named to hitscout.
        read: Reads it.
    """

    files: Mapping[str, bytes]
    read: Callable[[Workspace, Path], object]


def _screen(workspace: Workspace, path: Path) -> HarmonisedTable:
    return harmonise_file(workspace, path, RAISES, organism="human")


def _numbers() -> np.ndarray:
    return np.random.default_rng(1).normal(size=len(USED))


def _table(header: str, row: Callable[[str, int, float], str]) -> bytes:
    lines = [row(gene, number, effect) for number, (gene, effect) in enumerate(zip(USED, _numbers(), strict=True))]
    return ("\n".join([header, *lines]) + "\n").encode()


def _p(effect: float) -> float:
    return float(np.exp(-abs(effect)))


def _generic(split: str = ",") -> bytes:
    header = split.join(("gene", "lfc", "pvalue", "fdr"))
    row = lambda gene, _, effect: split.join((gene, f"{effect:.4f}", f"{_p(effect):.4f}", f"{_p(effect):.4f}"))  # noqa: E731
    return _table(header, row) + f"NTC_1{split}0.01{split}0.9{split}0.9\n".encode()


def _mageck_rra() -> bytes:
    sides = ("score", "p-value", "fdr", "rank", "goodsgrna", "lfc")
    header = "\t".join(["id", "num", *(f"{side}|{one}" for side in ("neg", "pos") for one in sides)])

    def row(gene: str, number: int, effect: float) -> str:
        p = _p(effect) / 2
        low, high = (p, 1 - p) if effect < 0 else (1 - p, p)
        cells = [
            gene,
            "4",
            *(f"{v}" for v in (low, low, low, number + 1, 3, effect, high, high, high, 30 - number, 1, effect)),
        ]
        return "\t".join(cells)

    return _table(header, row)


def _mageck_mle() -> bytes:
    parts = ("beta", "z", "p-value", "fdr", "wald-p-value", "wald-fdr")
    header = "\t".join(["Gene", "sgRNA", *(f"drug|{part}" for part in parts)])
    return _table(header, lambda gene, _, e: "\t".join([gene, "5", *map(str, (e, 2 * e, _p(e), _p(e), _p(e), _p(e)))]))


def _one_sided() -> bytes:
    header = "id,num,pos|score,pos|p-value,pos|fdr,pos|rank,pos|goodsgrna"
    return _table(header, lambda gene, n, e: f"{gene},4,{_p(e)},{_p(e)},{_p(e)},{n + 1},2")


def _guides() -> bytes:
    rng = np.random.default_rng(3)
    header = "Target Gene Symbol\tsgRNA Target Sequence\tPAM Sequence\tRule Set 2 score"
    return _table(header, lambda gene, n, _: f"{gene}\t{''.join(rng.choice(list('ACGT'), 20))}\tAGG\t{n / 40:.3f}")


def _packed(content: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _excel() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in _generic().decode().splitlines():
        cells = line.split(",")
        book.active.append([cells[0], *(float(cell) if cell[-1:].isdigit() else cell for cell in cells[1:])])
    book.save(out)
    return out.getvalue()


def _frame() -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(_generic()))


def _written(folder: Path, write: Callable[[Path], None]) -> bytes:
    path = folder / "made"
    write(path)
    content = path.read_bytes()
    path.unlink()
    return content


def _parquet(frame: pd.DataFrame) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with in_memory() as connection:
            connection.register("frame", frame.convert_dtypes())
            connection.execute("COPY frame TO $1 (FORMAT parquet)", [str(path)])

    return write


def _npy(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, values, allow_pickle=False)
    return out.getvalue()


def _edges(path: Path) -> None:
    frame = pd.DataFrame({"from": USED[:-1], "to": USED[1:], "combined_score": np.linspace(100, 900, len(USED) - 1)})
    rdata.write_rda(path, {"edges": frame})


def _cells(_: Workspace, path: Path) -> None:
    with opened_cells(path) as cells:
        for name in cells.columns:
            cells.column(name)
        for layer in cells.layers:
            scale_of(cells, layer)


def _counts() -> np.ndarray:
    return np.random.default_rng(2).poisson(0.5, (40, len(USED))).astype(np.float32)


def _h5ad(path: Path) -> None:
    cells = pd.DataFrame({"pert": ["A", "ctrl"] * 20}, index=[f"c{number}" for number in range(40)])
    write_h5ad(path, csr_matrix(_counts()), cells, pd.DataFrame(index=USED))


def _tenx_h5(path: Path, group: str = "matrix", names: tuple[str, str] = ("features/id", "features/name")) -> None:
    made, text = csr_matrix(_counts()), h5py.string_dtype()
    with h5py.File(path, "w") as file:
        for name in ("data", "indices", "indptr"):
            file[f"{group}/{name}"] = getattr(made, name)
        file[f"{group}/shape"] = np.array(made.shape[::-1])
        file.create_dataset(f"{group}/barcodes", data=[f"c{number}" for number in range(40)], dtype=text)
        for name in names:
            file.create_dataset(f"{group}/{name}", data=USED, dtype=text)


def _loom(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("matrix", data=_counts().T, chunks=(8, 16), compression="gzip")
        file.create_dataset("row_attrs/Gene", data=USED, dtype=h5py.string_dtype())
        file.create_dataset("col_attrs/pert", data=["A", "ctrl"] * 20, dtype=h5py.string_dtype())


def _market() -> dict[str, bytes]:
    made = coo_matrix(_counts().T)
    lines = [f"{i + 1} {j + 1} {int(x)}" for i, j, x in zip(made.row, made.col, made.data, strict=True)]
    head = ["%%MatrixMarket matrix coordinate integer general", f"{len(USED)} 40 {made.nnz}"]
    return {
        "matrix.mtx.gz": gzip.compress("\n".join([*head, *lines, ""]).encode(), mtime=0),
        "features.tsv": "".join(f"{gene}\t{gene}\tGene Expression\n" for gene in USED).encode(),
        "barcodes.tsv": "".join(f"c{number}\n" for number in range(40)).encode(),
    }


def _old_tenx_h5(path: Path) -> None:
    _tenx_h5(path, "GRCh38", ("genes", "gene_names"))


def _h5ad_by_gene(path: Path) -> None:
    """By gene, with the counts beside logarithms, and a column of categories, as scanpy writes them."""
    made, text = csc_matrix(_counts()), h5py.string_dtype()
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        file["X"] = np.log1p(_counts())
        group = file.create_group("layers/counts")
        group.attrs.update({"encoding-type": "csc_matrix", "shape": np.array(made.shape)})
        for name in ("data", "indices", "indptr"):
            group[name] = getattr(made, name)
        for table, names in (("obs", [f"c{number}" for number in range(40)]), ("var", USED)):
            file.create_group(table).attrs["_index"] = "_index"
            file[table].create_dataset("_index", data=names, dtype=text)
        kinds = file.create_group("obs/cell_type")
        kinds.attrs["encoding-type"] = "categorical"
        kinds["codes"] = np.array([0, 1, -1, 1] * 10, dtype=np.int8)
        kinds.create_dataset("categories", data=["T cell", "B cell"], dtype=text)


def _r_lists() -> bytes:
    guides = (np.random.default_rng(3).random((4, 40)) < 0.3).astype(float)
    return r_files.saved(
        r_files.listed({
            "response_matrix": r_files.sparse(_counts().T, USED, None),
            "grna_matrix": r_files.sparse(guides, [f"g{number}" for number in range(4)], None),
        })
    )  # fmt: skip


def _added_cells(workspace: Workspace, path: Path) -> None:
    """What `add_cells` does before it writes, to the last cell."""
    with opened_source(workspace, path) as cells:
        chosen = chosen_layer(cells, "")
        organism = organism_of_cells(workspace, cells, chosen.layer)
        readouts_of(workspace, cells, chosen.layer, organism)
        donor_column(cells)
        for _ in plain_pieces(cells, chosen):
            pass


def _responses(_: Workspace, path: Path) -> object:
    return read_responses(path, Reading())


def _pairs() -> pd.DataFrame:
    rows = [(a, b, 0.5, 0.01) for a in USED[:6] for b in USED[6:16]]
    return pd.DataFrame(rows, columns=["perturbation", "readout", "lfc", "fdr"])


def _npz() -> bytes:
    content = io.BytesIO()
    values = np.linspace(-1, 1, 60, dtype=np.float32).reshape(6, 10)
    np.savez(content, lfc=values, padj=np.abs(values), perturbation=np.array(USED[:6]), readout=np.array(USED[6:16]))
    return content.getvalue()


def _wide() -> bytes:
    rows = [",".join([one, *(f"{at / 10}" for at in range(10))]) for one in USED[:6]]
    return "\n".join([",".join(["perturbation", *USED[6:16]]), *rows]).encode()


def _contrasts() -> bytes:
    names = [f"{one}_KO_{field}" for one in USED[:2] for field in ("log2FoldChange", "pvalue", "padj")]
    rows = ["\t".join([one, "0.5", "0.01", "0.02", "-0.5", "0.1", ""]) for one in USED[6:16]]
    return "\n".join(["\t".join(["gene_ID", *names]), *rows]).encode()


def _ranks(path: Path) -> None:
    held = {one: {"up": np.array(USED[6:16])} for one in USED[:6]}
    rdata.write_rda(path, {"ranks": held})


def _preregistration() -> bytes:
    hits = {"mean": 4.2, "low": 2.0, "high": 7.0, "level": 0.8}
    said = {
        "kind": KIND, "campaign": "pilot", "round": 1, "written_at": "2026-01-01T00:00:00Z", "hit_rule": "top 5%",
        "side": "both", "nominations": [{"perturbation": gene} for gene in USED], "list_sha256": list_hash(USED),
        "expected_hits": hits, "versions": {"hitscout": "0.1.0"},
    }  # fmt: skip
    return json.dumps({**said, "sha256": digest(said)}).encode()


def formats(folder: Path) -> dict[str, Format]:
    """Every format by its name.

    Args:
        folder: An empty folder, for files that only a path can be written to.
    """
    generic, words = _generic(), json.dumps({"Task": "find genes", "Measurement": "the log fold change"}).encode()
    sets = pd.DataFrame({"ID": ["1", "2"], "Name": ["a", "b"], "Genes": [";".join(USED[:9]), ";".join(USED[5:20])]})
    pairs = _table("Gene,Score", lambda gene, _, e: f"{gene},{e:.3f}")
    responses = "\n".join(
        ["perturbation,readout,lfc,fdr", *(f"{a},{b},0.5,0.01" for a in USED[:6] for b in USED[6:16])]
    )
    wells = [f"P{1 + at // 24},{'ABCD'[at % 4]}{1 + at % 24 // 4},{gene},gene" for at, gene in enumerate(USED)]
    plates = "\n".join(["plate,well,perturbation,kind", *wells])
    vectors = {"v.npy": _npy(np.ones((3, 4), np.float32)), "v.json": json.dumps(USED[:3]).encode()}
    return {
        "csv": Format({"s.csv": generic}, _screen),
        "tsv": Format({"s.tsv": _generic("\t")}, _screen),
        "semicolons": Format({"s.txt": _generic(";")}, _screen),
        "gzip": Format({"s.csv.gz": gzip.compress(generic, mtime=0)}, _screen),
        "bzip2": Format({"s.csv.bz2": bz2.compress(generic)}, _screen),
        "xz": Format({"s.csv.xz": lzma.compress(generic)}, _screen),
        "zip": Format({"s.zip": _packed(generic, "s.csv")}, _screen),
        "Excel": Format({"s.xlsx": _excel()}, _screen),
        "Parquet": Format({"s.parquet": _written(folder, _parquet(_frame()))}, _screen),
        "MAGeCK RRA": Format({"s.gene_summary.txt": _mageck_rra()}, _screen),
        "MAGeCK MLE": Format({"s.gene_summary.txt": _mageck_mle()}, _screen),
        "one side": Format({"s.csv": _one_sided()}, _screen),
        "RSA": Format({"s.csv": _table("Symbol,RSA_Down,RSA_Up,Q1,Q3", lambda g, _, e: f"{g},{-abs(e)},-0.1,{e},{e}")},
                      _screen),
        "CRISPRbrain": Format({"s.csv": _table("Gene,TSS,Phenotype,P Value,Gene Score,Hit Class",
                                               lambda g, _, e: f"{g},P1,{e},{_p(e)},{2 * e},x")}, _screen),
        "benchmark pair": Format({"ground_truth_X.csv": pairs, "topmovers_X.npy": _npy(np.array(USED[:4])),
                                  "X.json": words}, _screen),
        "list": Format({"l.txt": ("\n".join(USED) + "\n").encode()},
                       lambda _, path: read_list(path, "library")),
        "expression": Format({"e.csv": _table("gene,tpm", lambda g, _, e: f"{g},{abs(e):.2f}")},
                             lambda _, path: read_expression(path)),
        "plates": Format({"p.csv": plates.encode()}, lambda _, path: read_plates(path)),
        "responses": Format({"r.csv": responses.encode()}, _responses),
        "responses in Parquet": Format({"r.parquet": _written(folder, _parquet(_pairs()))}, _responses),
        "responses in arrays": Format({"r.npz": _npz()}, _responses),
        "responses in a matrix": Format({"r.csv": _wide()}, _responses),
        "contrasts": Format({"r.tsv": _contrasts()}, _responses),
        "ranks of R": Format({"r.rda": _written(folder, _ranks)}, _responses),
        "vectors": Format(vectors, lambda _, path: read_embedding(path, path.with_suffix(".json"))),
        "preregistration": Format({"p.json": _preregistration()}, lambda _, path: read_document(path)),
        "R data": Format({"n.rda": _written(folder, _edges)}, lambda _, path: read_edges(path)),
        "guide library": Format({"b.txt": _guides()}, lambda _, path: read_guides(path, Ordering())),
        "h5ad": Format({"c.h5ad": _written(folder, _h5ad)}, _cells),
        "10x": Format({"c.h5": _written(folder, _tenx_h5)}, _cells),
        "loom": Format({"c.loom": _written(folder, _loom)}, _cells),
        "Matrix Market": Format(_market(), _cells),
        "10x of old": Format({"c.h5": _written(folder, _old_tenx_h5)}, _added_cells),
        "h5ad by gene": Format({"c.h5ad": _written(folder, _h5ad_by_gene)}, _added_cells),
        "matrix of R": Format({"c.rda": r_files.saved(r_files.dense(_counts().T, USED, _NAMES))}, _added_cells),
        "sparse matrix of R": Format({"c.rda": r_files.saved(r_files.sparse(_counts().T, USED, _NAMES))}, _added_cells),
        "lists of sceptre": Format({"c.rda": _r_lists()}, _added_cells),
        "gene sets": Format({"g.parquet": _written(folder, _parquet(sets))},
                            lambda _, path: read_set_table(path)),
    }  # fmt: skip
