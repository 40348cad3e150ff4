"""The store on which speed is measured: the default packs, and enough screens and candidates to be a usual case."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
from commands import Build, Timed

LIBRARY = 18_000
PRIORS = 25
QUESTION = ("--phenotype", "IL-2 production", "--cell-type", "primary human T cells", "--modality", "interference")
DESCRIBED = ("--organism", "human", "--cell-type", "K562", "--modality", "knockout", "--positive-means", "raises")


def fetched(build: Build, mirror: Path | None) -> tuple[Timed, Timed | None]:
    """Fetches the default packs and, from a mirror, those without which the prediction has less to do."""
    from_mirror = ["--mirror", str(mirror)] if mirror is not None and mirror.is_dir() else []
    default = build.run("fetch", *from_mirror)
    packs = ("essentials", "string", "gobp", "gene-summaries", "coessentiality", "cd4-response")
    return default, build.run("fetch", *packs, *from_mirror) if from_mirror else None


def filled(build: Build, scratch: Path) -> tuple[Path, Timed | None]:
    """Adds synthetic screens until there are `PRIORS`: the library's file, and how long the last screen took."""
    with duckdb.connect(str(build.store), read_only=True) as connection:
        rows = connection.execute(
            "SELECT DISTINCT symbol FROM gene WHERE organism = 'human' AND locus_type = 'gene with protein product'"
            " ORDER BY symbol LIMIT ?",
            [LIBRARY],
        ).fetchall()
        have = connection.execute("SELECT count(*) FROM screen WHERE campaign_id IS NULL").fetchall()[0][0]
    symbols, last = [row[0] for row in rows], None
    library = scratch / "library.txt"
    library.write_text("\n".join(symbols) + "\n", encoding="utf-8")
    for number in range(have, PRIORS):
        path = scratch / f"synthetic-{number}.txt"
        synthetic_screen(path, symbols, number)
        named = ("--name", path.stem, "--study", f"Synthetic {number}", "--phenotype", f"phenotype {number}")
        last = build.run("screen", "add", str(path), *named, *DESCRIBED)
    return library, last


def synthetic_screen(path: Path, symbols: list[str], seed: int) -> None:
    """A MAGeCK gene summary of random effects, with p-values by side."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 0.4, len(symbols))
    low = rng.uniform(size=len(symbols))
    header = (
        "id num neg|score neg|p-value neg|fdr neg|rank neg|goodsgrna neg|lfc pos|score pos|p-value pos|fdr pos|rank"
    )
    lines = ["\t".join([*header.split(), "pos|goodsgrna", "pos|lfc"])]
    for rank, (symbol, effect, p) in enumerate(zip(symbols, effects, low, strict=True), 1):
        side = [f"{p:.4g}", f"{p:.4g}", f"{min(1.0, p * 2):.4g}", str(rank), "2", f"{effect:.4f}"]
        other = [f"{1 - p:.4g}", f"{1 - p:.4g}", "1", str(rank), "2", f"{effect:.4f}"]
        lines.append("\t".join([symbol, "4", *side, *other]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


PERTURBED, READ = 2_000, 10_000


def response_table(path: Path, symbols: list[str]) -> None:
    """A Parquet table of 20 million responses, as tools write them: perturbation, gene, effect and FDR in every row."""
    with duckdb.connect(config={"threads": "2"}) as connection:
        connection.register("symbols", {"n": np.arange(len(symbols)), "symbol": np.array(symbols, dtype=object)})
        connection.execute(
            "COPY (SELECT p.symbol AS perturbation, g.symbol AS gene, hash(p.n, g.n) / 1.8e19 - 0.5 AS lfc,"
            " least(hash(g.n, p.n) / 1.8e19, 1) AS fdr FROM symbols p, symbols g"
            f" WHERE p.n < {PERTURBED} AND g.n >= {LIBRARY - READ} ORDER BY p.n, g.n) TO '{path}' (FORMAT parquet)"
        )
