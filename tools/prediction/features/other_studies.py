"""Other studies: how strongly each gene came out of the visible screens."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.prediction.priors import VERSION as PRIORS
from tools.prediction.priors import contrasts_of, strength_ranks, study_of_contrasts
from tools.prediction.records import Priors

TOP = 0.95
"""Beyond this quantile of strength a gene counts as a hit of that screen."""
COLUMNS = ("mean_surprise", "max_surprise", "hits", "screens")


class OtherStudies:
    """Ranks of effects and numbers of hits in the visible screens of other studies (recurrence).

    A gene's surprise in a screen is −log10(1 − q) for its quantile q = (rank − ½) / n of strength there (1 = among the
    top tenth, 2 = the top hundredth). Shape (genes measured, 4), columns `COLUMNS`: the mean and the largest surprise
    over screens, the number of studies with a screen where the gene is in the top 5 % (q > `TOP`), and the number of
    screens that measured it. Source: the visible screens of the store, by default those of GeneDisco (Mehrjou et al.
    2022, ICLR).
    """

    VERSION = ("other_studies 1", *PRIORS)
    needs = ("genedisco",)
    reads_question = False
    reads_effects = True

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Recurrence of each gene of a visible screen; see `tools.prediction.features.base.FeatureSource`."""
        screens = tuple(view.screens())
        if not screens:
            return pd.DataFrame(dtype=float)
        priors = Priors(screens, view.effects())
        ranks = strength_ranks(priors)
        frame = recurrence(ranks, study_of_contrasts(priors), contrasts_of(ranks))
        return frame.reindex(genes[genes.isin(frame.index)])


def recurrence(ranks: pd.DataFrame, studies: Mapping[int, str], use: Collection[int]) -> pd.DataFrame:
    """Recurrence columns from some of the contrasts.

    Args:
        ranks: Quantiles of strength, shape (genes, contrasts), NaN where not measured.
        studies: Contrast → study.
        use: Contrasts to count.

    Returns:
        Frame with the columns `COLUMNS` over the genes that one of the contrasts measured.
    """
    wanted = set(use)
    chosen = ranks.loc[:, [contrast in wanted for contrast in contrasts_of(ranks)]].dropna(how="all")
    if chosen.shape[1] == 0:
        return pd.DataFrame(columns=list(COLUMNS), dtype=float)
    surprise = pd.DataFrame(-np.log10(1 - chosen.to_numpy(float)), chosen.index, chosen.columns)
    hits = (chosen > TOP).astype(float).where(chosen.notna())
    by_study = hits.T.groupby([studies[contrast] for contrast in contrasts_of(chosen)]).max().T
    columns = [surprise.mean(axis=1), surprise.max(axis=1), by_study.sum(axis=1), chosen.notna().sum(axis=1)]
    return pd.DataFrame({name: c.astype(float) for name, c in zip(COLUMNS, columns, strict=True)})


METHOD = OtherStudies
