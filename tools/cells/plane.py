"""Vectors of cells laid into a plane."""

from __future__ import annotations

from tools.cells.scaling import Floats


def laid_out(vectors: Floats, method: str, seed: int) -> tuple[Floats, tuple[str, str]]:
    """Places of cells in a plane, cells × 2, and what its two directions are called.

    Args:
        vectors: Cells × d.
        method: ``pca``, the first two principal components; ``tsne``, which keeps near cells near.
        seed: Of t-SNE.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if method == "tsne":
        near = min(30.0, max(1.0, (len(vectors) - 1) / 3))
        laid = TSNE(2, perplexity=near, init="pca", random_state=seed).fit_transform(vectors)
        return laid.astype("float32"), ("t-SNE 1", "t-SNE 2")
    fit = PCA(2, svd_solver="full" if len(vectors) < 500 else "randomized", random_state=0).fit(vectors)
    shares = 100 * fit.explained_variance_ratio_
    names = (f"component 1 ({shares[0]:.0f} % of the vectors' variance)", f"component 2 ({shares[1]:.0f} %)")
    return fit.transform(vectors).astype("float32"), names
