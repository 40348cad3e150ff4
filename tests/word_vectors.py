"""Word vectors small enough to be reckoned by hand, as the files that the pack wordllama brings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace

from tools.genes.texts.wordllama import TOKENIZER, VECTORS

PARTS = {"<unk>": 0, "kinase": 1, "receptor": 2, "ferro": 3, "##ptosis": 4, "gene": 5, "the": 6}
ROWS = np.array([[1, 1, 1], [2, 0, 0], [0, 1, 0], [0, 0, 3], [0, 4, 0], [9, 9, 9], [7, 7, 7]], dtype=np.float32)
"""The vector of each part, in the order of `PARTS`."""


def safetensors(matrices: dict[str, np.ndarray], kind: str = "F16") -> bytes:
    """The bytes of a safetensors file.

    Args:
        matrices: By name.
        kind: What the header calls the numbers' kind.
    """
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, matrix in matrices.items():
        numbers = matrix.astype("<f4" if kind == "F32" else "<f2").tobytes()
        offsets = [len(body), len(body) + len(numbers)]
        header[name] = {"dtype": kind, "shape": list(matrix.shape), "data_offsets": offsets}
        body += numbers
    told = json.dumps(header).encode()
    return len(told).to_bytes(8, "little") + told + body


def tokenizer_json() -> bytes:
    """A tokenizer that knows the words of `PARTS`."""
    made = Tokenizer(WordPiece(PARTS, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    return made.to_str().encode()


def write_pack(folder: Path) -> Path:
    """Writes both files into a folder.

    Args:
        folder: Made where it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / VECTORS).write_bytes(safetensors({"embedding.weight": ROWS}))
    (folder / TOKENIZER).write_bytes(tokenizer_json())
    return folder
