"""Expression predicted: a fit of 585 perturbations × 7,225 readout genes, and what it says of all genes.

`make speed` runs all of it. The knock-downs of Replogle et al.
are used where the file is at hand, made ones of the same shape otherwise.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from commands import Build, Timed

PERTURBED, READ = 585, 7_225
BLOCK = 4_000
REAL = Path("cells") / "sigrecon_perturbseq.k562.rda"


def measure_expression(
    build: Build, library: Path, mirror: Path | None, scratch: Path
) -> Iterator[tuple[str, Timed, str]]:
    """What was measured, its run and what is wanted.

    Args:
        build: The checkout; its store has knowledge of genes.
        library: A file of gene names, of which responses are made where there are none.
        mirror: A folder that may hold real responses.
        scratch: A folder for a fit.
    """
    real = mirror / REAL if mirror is not None else Path("nowhere")
    data = real if real.is_file() else scratch / "made.npz"
    if data != real:
        make(data, library.read_text(encoding="utf-8").split())
    learn = ("predict-expression", "MED12", "--data", str(data), "--top", "10")
    what = f"predict-expression, {PERTURBED} × {READ:,}"
    yield f"{what}: files read, learnt", build.run(*learn), "60 s, 1500 MB"
    yield f"{what}: asked again", build.run(*learn), "2 s"
    held = scratch / "held.fit"
    build.run_module("tests.speed.expression", "keep", str(data), str(held))
    yield f"{what}: learnt alone", build.run_module("tests.speed.expression", "learn", str(held)), "60 s, 1500 MB"
    wanted = "5 s beyond that"
    yield f"{what}: fit loaded", build.run_module("tests.speed.expression", "load", str(held)), "-"
    yield f"{what}: all 19,000 genes", build.run_module("tests.speed.expression", "predict", str(held)), wanted


def make(path: Path, symbols: list[str]) -> None:
    """Responses of the same shape, of chance."""
    rng = np.random.default_rng(0)
    lfc = rng.normal(0, 1, (PERTURBED, READ)).astype(np.float16)
    np.savez(path, lfc=lfc, gene=np.array(symbols[:PERTURBED]), symbol=np.array(symbols[-READ:]))


def keep(data: str, held: str) -> None:
    """Reads responses and vectors, fits once, and keeps all three."""
    from tools.expression.unseen.fits import expression_fit
    from tools.expression.unseen.options import Learning
    from tools.workspace import Workspace

    fit = expression_fit(Workspace.open(), Learning(data=[Path(data)]))
    Path(held).write_bytes(pickle.dumps(fit, protocol=5))


def learn(held: str) -> None:
    """Fits the default predictor anew."""
    from tools.expression.unseen.fits import predictor_of

    fit = pickle.loads(Path(held).read_bytes())
    predictor_of(fit).fit(fit.responses, fit.vectors, np.random.default_rng(0))


def load(held: str) -> None:
    """Loads the fit."""
    pickle.loads(Path(held).read_bytes())


def predict(held: str) -> None:
    """Predicts every gene that is known."""
    fit = pickle.loads(Path(held).read_bytes())
    names = list(fit.vectors.genes)
    for first in range(0, len(names), BLOCK):
        assert np.isfinite(fit.fitted.predict(names[first : first + BLOCK]).mean).all()


if __name__ == "__main__":
    {"keep": keep, "learn": learn, "load": load, "predict": predict}[sys.argv[1]](*sys.argv[2:])
