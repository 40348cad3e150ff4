"""What scores on a campaign's signature let expect of each candidate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from scipy.stats import norm

from db.records import Campaign, CampaignSignature, Side
from tools.prediction.reasons.facts import signed
from tools.prediction.records import Expectation
from tools.screens.hit_rules import foreseen_share

LINK = 0.5
"""Correlation of a gene's score on a signature with the phenotype that the signature stands for. A guess, for want of
campaigns that had one; results weigh the scores anew."""
MOST = 2.5
"""Score that is listened to at most, either way: few genes stand far apart, by more than a normal distribution has."""
TRIFLE = 0.1
"""Log-odds that are not worth a word."""
Numbers = npt.NDArray[np.float64]


def expected_of(campaign: Campaign) -> Expectation | None:
    """What the scores of a campaign's signature add to the log-odds of its candidates; None where it has none.

    Args:
        campaign: The campaign.
    """
    signature = campaign.settings.signature
    if signature is None:
        return None
    question = campaign.question
    share = foreseen_share(question.hit_rule, question.side).share
    odds = {
        **_added(signature.predicted, signature.doubt, share, question.side),
        **_added(signature.measured, 0.0, share, question.side),
    }
    return Expectation(pd.Series(odds, dtype=float), _facts(signature, odds))


def _added(scores: Mapping[str, float], doubt: float, share: float, side: Side) -> dict[str, float]:
    values = np.fromiter(scores.values(), dtype=np.float64, count=len(scores))
    return dict(zip(scores, map(float, added_log_odds(values, doubt, share, side)), strict=True))


def added_log_odds(scores: Numbers, doubt: float, share: float, side: Side) -> Numbers:
    """What scores add to the log-odds of a hit, shape (n,).

    The phenotype y is standard normal over genes and correlates with the score by `LINK`; given an expected score e
    with standard deviation d, y is normal with mean LINK · e and variance 1 − LINK² + (LINK · d)²; e is held between
    −`MOST` and `MOST`. A hit lies beyond the bound that a share of all genes passes.

    Args:
        scores: Expected scores, in standard deviations over genes; above 0 is toward the state.
        doubt: Standard deviation of what is expected.
        share: Share of hits among all genes.
        side: The side on which hits lie; ``high`` is toward the state.
    """
    centre, spread = LINK * np.clip(scores, -MOST, MOST), np.sqrt(1 - LINK**2 + (LINK * doubt) ** 2)
    tails = share / 2 if side == "both" else share
    bound = norm.isf(tails)
    above, below = norm.sf((bound - centre) / spread), norm.cdf((-bound - centre) / spread)
    chance = {"high": above, "low": below, "both": above + below}[side]
    # Less one is what a score of nothing gives: only the score itself adds.
    nothing = logit(norm.sf(bound / spread) * (2 if side == "both" else 1))
    return np.asarray(logit(chance) - nothing, dtype=float)


def _facts(signature: CampaignSignature, odds: Mapping[str, float]) -> dict[str, str]:
    """Perturbation → where its score stands among all, of those whose chance it raises by more than a trifle."""
    scores = {**signature.predicted, **signature.measured}
    ordered = sorted(scores, key=lambda name: (-scores[name], name))
    said = {}
    for place, name in enumerate(ordered, 1):
        if odds[name] > TRIFLE:
            how = "measured" if name in signature.measured else "predicted"
            said[name] = (
                f"{how} score on {signature.name} {signed(scores[name])}, place {place:,} of {len(ordered):,} from the"
                " most toward it"
            )
    return said
