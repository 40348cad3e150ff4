"""What expression is predicted from: the options of every tool that learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.parameters import Parameters


@dataclass(frozen=True)
class Learning(Parameters):
    """What expression is predicted from.

    Attributes:
        contexts: Tables of responses that are learnt from (`response_list` names them). Where none is named, the widest
            one with sizes of effects, and those that measured its readout genes too.
        data: Files of cells or of responses that are learnt from in place of the store's tables.
        predictor: Who predicts; the one that `benchmark_expression` calls the default where empty.
        sources: What genes are known by, such as ``string`` or ``text``; all that the store knows where empty.
        vectors: A file of vectors of genes, such as GenePT's, in place of what the store knows.
        seed: Of folds and of whatever the predictor draws.
    """

    contexts: Sequence[str] = ()
    data: Sequence[Path] = ()
    predictor: str = ""
    sources: Sequence[str] = ()
    vectors: Path | None = None
    seed: int = 0
