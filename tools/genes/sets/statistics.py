"""The statistics of gene sets: over-representation, ranked enrichment, and p-values adjusted over all sets."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.genes.false_discovery import false_discovery_rates
from tools.workspace import Progress

Floats = npt.NDArray[np.floating[Any]]
CHUNK = 500
"""Sets of one call of gseapy: it keeps a running sum over all genes for each, so memory grows with both."""
SOURCES = frozenset({"REACTOME", "KEGG", "WP", "PID", "BIOCARTA", "HALLMARK", "GOBP", "NABA", "SA", "SIG", "ST"})
"""What sources put before the names of their sets."""
EPS = 1e-20
"""Least p-value that the multilevel method estimates."""


def cut_sets(
    members: pd.DataFrame, tested: Sequence[str], smallest: int, largest: int
) -> dict[tuple[str, str], list[str]]:
    """Sets cut to the genes that were tested, of the sizes asked for: (collection, name) → genes, sorted.

    Args:
        members: Columns collection, gene_set and gene.
        tested: Genes that could have been chosen.
        smallest: Fewest tested genes of a set.
        largest: Most tested genes of a set.
    """
    kept = members[members["gene"].isin(set(tested))]
    grouped = kept.groupby(["collection", "gene_set"], sort=True)["gene"]
    return {
        (str(collection), str(name)): sorted(set(genes))
        for (collection, name), genes in grouped
        if smallest <= genes.nunique() <= largest
    }


def over_represented(
    sets: Mapping[tuple[str, str], Sequence[str]], chosen: Sequence[str], tested: Sequence[str]
) -> pd.DataFrame:
    """Whether each set holds more of the chosen genes than chance would put there.

    p = P(X ≥ x) for X hypergeometric: n chosen of N tested genes, m of them in the set, x of these chosen (the
    one-sided exact test of Fisher). FDR is over all sets given, those without a chosen gene included.

    Args:
        sets: (collection, name) → genes, tested ones only.
        chosen: The genes asked about; those that were not tested do not count.
        tested: All genes that could have been chosen: the background.

    Returns:
        One row a set, the smallest p first: collection, gene_set, size (m), overlap (x), expected (n m / N), fold
        (x over expected), p, fdr and genes (the chosen ones of the set, sorted).
    """
    everyone = set(tested)
    picked = set(chosen) & everyone
    shared = [sorted(picked.intersection(genes)) for genes in sets.values()]
    frame = pd.DataFrame(list(sets), columns=["collection", "gene_set"])
    frame["size"] = [len(genes) for genes in sets.values()]
    frame["overlap"] = [len(genes) for genes in shared]
    frame["expected"] = frame["size"] * (len(picked) / max(len(everyone), 1))
    frame["fold"] = frame["overlap"] / frame["expected"].where(frame["expected"] > 0)
    frame["p"] = _upper_tail(frame["overlap"], frame["size"], len(picked), len(everyone))
    frame["fdr"] = false_discovery_rates(frame["p"].to_numpy(float))
    frame["genes"] = pd.Series(shared, index=frame.index, dtype=object)
    return frame.sort_values(
        ["p", "overlap", "collection", "gene_set"], ascending=[True, False, True, True]
    ).reset_index(drop=True)


def crowded_sets(members: pd.DataFrame, chosen: Collection[str], tested: Collection[str], fewest: int) -> pd.DataFrame:
    """The sets in which some of the chosen genes meet, by the test of `over_represented`, without listing genes.

    Args:
        members: Columns collection, gene_set and gene, each pair once.
        chosen: The genes asked about; those that were not tested do not count.
        tested: All genes that could have been chosen: the background.
        fewest: Chosen genes that a set must hold.

    Returns:
        One row a set, the smallest p first and then by name: collection, gene_set, size (tested genes), overlap (the
        chosen ones) and p.
    """
    everyone = set(tested)
    picked = set(chosen) & everyone
    among = members[members["gene"].isin(everyone)]
    counts = among.assign(hit=among["gene"].isin(picked)).groupby(["collection", "gene_set"])["hit"]
    frame = counts.agg(size="size", overlap="sum").reset_index()
    frame = frame[frame["overlap"] >= fewest]
    frame = frame.assign(p=_upper_tail(frame["overlap"], frame["size"], len(picked), len(everyone)))
    return frame.sort_values("p", kind="stable").reset_index(drop=True)


def _upper_tail(overlap: pd.Series[int], size: pd.Series[int], chosen: int, tested: int) -> Floats:
    """P(X ≥ overlap) for X hypergeometric: `chosen` of `tested` genes, and sets of `size` of them."""
    # Summed here: scipy's own takes half a second to import, for reasons that look at a few hundred sets.
    counts, sizes = overlap.to_numpy(np.int64), size.to_numpy(np.int64)
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, tested + 1)))])

    def ln_choose(n: Any, k: Any) -> Floats:  # noqa: ANN401 - whole numbers, alone or as arrays
        return np.asarray(factorial[n] - factorial[k] - factorial[n - k], dtype=float)

    total = np.zeros(len(counts))
    for shared in range(int(min(chosen, sizes.max(initial=0))) + 1):
        here = (counts <= shared) & (sizes >= shared) & (tested - sizes >= chosen - shared)
        of_set = sizes[here]
        others = ln_choose(tested - of_set, chosen - shared) - ln_choose(tested, chosen)
        total[here] += np.exp(np.add(ln_choose(of_set, shared), others))
    return np.minimum(total, 1.0)


def short_name(gene_set: str) -> str:
    """The name of a set as people write it: lower case, without the letters of its source and without underscores.

    Args:
        gene_set: Such as ``REACTOME_CELL_CYCLE_MITOTIC`` or ``cell cycle``.
    """
    source, _, rest = gene_set.partition("_")
    if rest and source in SOURCES:
        gene_set = rest
    return " ".join(gene_set.replace("_", " ").split()).lower() if gene_set.isupper() else gene_set.replace("_", " ")


def rank_enriched(
    ranking: pd.Series[float],
    sets: Mapping[tuple[str, str], Sequence[str]],
    rng: np.random.Generator,
    report: Callable[[Progress], None] = lambda _: None,
    chunk: int = CHUNK,
) -> pd.DataFrame:
    """Whether each set's genes gather at one end of a ranking: pre-ranked GSEA with multilevel p-values.

    The enrichment score is that of Subramanian et al. (2005) with weight 1, its p-value that of Korotkevich et al.
    (fgsea multilevel, as gseapy has it); FDR is over all sets given. Ties stand in a seeded order of the names.

    Args:
        ranking: Gene → finite effect; high ones first.
        sets: (collection, name) → genes of the ranking.
        rng: Where the order of ties and the method's draws come from.
        report: Called for each chunk of sets.
        chunk: Sets of one chunk.

    Returns:
        One row a set, the smallest p first: collection, gene_set, size, es, nes (over the mean of random sets of the
        size), p, fdr and genes (the leading edge, the furthest out first). Sets whose p could not be estimated have
        NaN and come last.
    """
    # gseapy turns names into upper case and makes doubles of its own, so it is given numbers in place of names.
    names = ranking.sort_index().index
    shuffled = ranking.loc[names[rng.permutation(len(names))]].sort_values(ascending=False, kind="stable")
    codes = {str(name): f"G{place}" for place, name in enumerate(shuffled.index)}
    ordered = pd.Series(_off_zero(shuffled.to_numpy(float)), index=list(codes.values()))
    keys, seed = list(sets), int(rng.integers(1, 2**31))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for start in range(0, len(keys), chunk):
        report(Progress("ranked enrichment", start, len(keys), "sets"))
        places = range(start, min(start + chunk, len(keys)))
        results = _prerank(ordered, {f"S{at}": [codes[gene] for gene in sets[keys[at]]] for at in places}, seed)
        found |= {keys[int(name.removeprefix("S"))]: values for name, values in results.items()}
    report(Progress("ranked enrichment", len(keys), len(keys), "done"))
    return _ranked_frame(keys, sets, found, list(shuffled.index))


def _off_zero(values: Floats) -> Floats:
    """The values with none nearer to zero than a share of 2⁻²⁷ of their sum.

    gseapy counts in whole numbers of about 2⁻³⁰ of the sum: a random set whose values are all zero has no running sum,
    and ends the process with a panic.
    """
    least = np.abs(values).sum() / 2**27 or 1.0
    return np.where(np.abs(values) < least, np.where(values < 0, -least, least), values)


def _prerank(ordered: pd.Series[float], sets: Mapping[str, Sequence[str]], seed: int) -> dict[str, dict[str, Any]]:
    """Name of each set → es, nes, pval and the codes of its leading edge; sets that gseapy gave nothing for are out."""
    with _quiet():
        import gseapy

        result = gseapy.prerank(
            rnk=ordered, gene_sets={name: list(genes) for name, genes in sets.items()}, outdir=None, no_plot=True,
            min_size=1, max_size=len(ordered), ascending=None, threads=1, seed=seed, method="multilevel", eps=EPS,
        )  # fmt: skip
    return {str(name): dict(values) for name, values in result.results.items()}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps gseapy, which sets up a logger of its own in each call, from writing to stderr."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            # It warns of its own use of pandas.
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _ranked_frame(
    keys: Sequence[tuple[str, str]],
    sets: Mapping[tuple[str, str], Sequence[str]],
    found: Mapping[tuple[str, str], Mapping[str, Any]],
    names: Sequence[str],
) -> pd.DataFrame:
    frame = pd.DataFrame(keys, columns=["collection", "gene_set"])
    frame["size"] = [len(sets[key]) for key in keys]
    for column, key in (("es", "es"), ("nes", "nes"), ("p", "pval")):
        frame[column] = [float(found.get(one, {}).get(key, np.nan)) for one in keys]
    frame["fdr"] = false_discovery_rates(frame["p"].to_numpy(float))
    genes = [_edge(str(found.get(one, {}).get("lead_genes", "")), names) for one in keys]
    frame["genes"] = pd.Series(genes, index=frame.index, dtype=object)
    frame["strength"] = -frame["nes"].abs()
    ordered = frame.sort_values(["p", "strength", "collection", "gene_set"], na_position="last")
    return ordered.drop(columns="strength").reset_index(drop=True)


def _edge(codes: str, names: Sequence[str]) -> list[str]:
    return [str(names[int(code.removeprefix("G"))]) for code in codes.split(";") if code]
