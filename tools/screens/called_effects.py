"""Effects of a screen with its hits marked: one row for each perturbation, whatever its contrasts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Screen
from db.screens import reading as db_screens
from db.store import Store
from tools.screens.hit_rules import hits, parse_rule
from tools.screens.strength import strength


def called_effects(store: Store, screen: Screen) -> pd.DataFrame:
    """Columns estimate, fdr (of the side of its sign), hit, and place (1 is strongest on the screen's side).

    Effects are means over contrasts; a hit of one contrast is a hit.

    Args:
        store: The store.
        screen: The screen.

    Returns:
        Indexed by perturbation, in the order of names; without rows where the screen has none.
    """
    effects = db_screens.effects_of(store, screen.id)
    rule = parse_rule(screen.hit_rule)
    published = db_screens.hit_list(store, rule.list_hash)
    called = hits(effects, rule, screen.side, published).to_numpy(bool)
    fdr = np.where(effects["estimate"] < 0, effects["fdr_low"], effects["fdr_high"]).astype(float)
    grouped = effects.assign(hit=called, fdr=fdr).groupby("perturbation")
    frame = grouped.agg(estimate=("estimate", "mean"), fdr=("fdr", "min"), hit=("hit", "any"))
    return frame.assign(place=strength(frame["estimate"], screen.side).rank(ascending=False))
