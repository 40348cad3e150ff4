"""A benchmark's screen: effects in one file, the published hits and the task's words in files beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import RefusedFileError
from db.files.objects import read_array, read_json
from db.genes.name_forms import clean
from db.genes.perturbation_names import name_of_genes
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_HEADERS = (["Gene", "Score"], ["Gene_pairs", "Score"])
_PAIR = re.compile(r"""\(\s*(['"])(.+?)\1\s*,\s*(['"])(.+?)\3\s*\)""")
_PREFIX = "ground_truth_"


class BenchmarkPair:
    """``ground_truth_X.csv`` (Gene, Score) with ``topmovers_X.npy`` (hits) and, if there, ``X.json`` beside it.

    The hits become a published list. Pairs written as tuples, ``('A', 'B')``, become ``A+B``. Task and Measurement
    of the JSON file are kept word for word, one on each line.
    """

    title = "benchmark pair of files (ground_truth_X.csv with topmovers_X.npy)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether the columns are Gene (or Gene_pairs) and Score, or the hits lie beside it; nothing was mapped.

        Args:
            source: The open file.
            reading: Any mapping asks for the generic reader.
        """
        if reading.columns:
            return False
        columns = source.columns(reading)
        return columns in _HEADERS or (len(columns) > 1 and _is_pair(source.path))

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the three files.

        Args:
            source: The open file ``ground_truth_X.csv``.
            reading: How it is read.
        """
        path, name = source.path, _stem(source.path)
        hits_file = _hits_beside(path)
        if not _is_pair(path):
            raise RefusedFileError(
                f"{path.name} looks like a benchmark's table, but its hits ({hits_file.name}) are not beside it.",
                "Put both files into one folder, or read it alone:"
                f" {option(columns={'gene': 'Gene', 'estimate': 'Score'})}.",
            )
        raw = source.table(reading)
        # The first column is the gene and the second the score, whatever they are called: one such file says 0 and 1.
        gene, score = raw.columns[:2]
        table = typed_table(raw, reading, gene=gene, fields={"estimate": score}, kind=reading.estimate_kind)
        rows = table.rows.assign(name=table.rows["name"].map(_as_perturbation))
        text_file = path.with_name(f"{name.removeprefix(_PREFIX)}.json")
        sources = (hits_file, text_file) if text_file.is_file() else (hits_file,)
        text = _text_of(text_file) if text_file.is_file() else ""
        return replace(finished(table, rows), identifiers={}, hits=_hits_of(hits_file), text=text, sources=sources)


def _stem(path: Path) -> str:
    return re.sub(r"\.csv(\.gz)?$", "", path.name)


def _hits_beside(path: Path) -> Path:
    return path.with_name(f"topmovers_{_stem(path).removeprefix(_PREFIX)}.npy")


def _is_pair(path: Path) -> bool:
    return path.name.startswith(_PREFIX) and _hits_beside(path).is_file()


def _as_perturbation(name: str) -> str:
    match = _PAIR.fullmatch(name)
    return f"{match[2]}+{match[4]}" if match else name


def _hits_of(path: Path) -> tuple[str, ...]:
    """The names in a file of numpy texts; pickled objects are refused, because loading them can run any code."""
    values = read_array(path, "Save it again with numpy as an array of texts (dtype 'U'), which needs no pickle.")
    if values.dtype.kind != "U" or values.ndim not in (1, 2) or not values.size:
        raise RefusedFileError(
            f"{path.name} holds {values.dtype} of shape {values.shape}, not names of genes.",
            "Save the names as a numpy array of texts, in one column or two.",
        )
    rows = pd.DataFrame(np.atleast_2d(values.T).T)
    return tuple(name_of_genes(clean(part) for part in row) for row in rows.itertuples(index=False, name=None))


def _text_of(path: Path) -> str:
    content = read_json(path)
    if not isinstance(content, dict):
        raise RefusedFileError(f"{path.name} is not a JSON object.", 'It should be {"Task": "…", "Measurement": "…"}.')
    return "\n".join(str(content[key]) for key in ("Task", "Measurement") if content.get(key))


METHOD = BenchmarkPair
