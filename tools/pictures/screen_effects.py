"""Effects of one screen as its pictures show them: one contrast, with its hits by the screen's own rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.acts import act
from db.errors import InvalidValueError, NotFoundError, did_you_mean, require
from db.records import Contrast, Screen
from db.screens import reading as db_screens
from db.store import Store
from tools.drawing.names import short
from tools.drawing.style import LOWERS, RAISES, REST
from tools.screens.hit_rules import hits, parse_rule

MOST_NAMES = 40
"""Names that a slide has room for, more or less."""
CALLED = {
    "lfc": "log fold change", "beta": "beta", "z": "z", "signed_log10_p": "signed −log10 p",
    "bayes_factor": "Bayes factor", "rank": "by rank",
}  # fmt: skip
"""Kind of estimate → how an axis calls it."""


@dataclass(frozen=True)
class ScreenEffects:
    """The effects of one contrast of a screen.

    Attributes:
        screen: The screen.
        contrast: The contrast.
        frame: Columns perturbation, estimate, p (two-sided), fdr (NaN where not known), hit and colour, by estimate.
        signed: Whether effects say which way they go.
        notes: What should be known, in sentences.
    """

    screen: Screen
    contrast: Contrast
    frame: pd.DataFrame
    signed: bool
    notes: tuple[str, ...]

    @property
    def axis(self) -> str:
        """What the axis of effects is called."""
        kind = CALLED[self.contrast.estimate_kind]
        if not self.signed:
            return f"strength ({kind}), without a sign"
        return f"effect ({kind}); positive raises {short(self.screen.phenotype)}"

    @property
    def title(self) -> str:
        """The head of a picture of it."""
        where = f" in {self.screen.cell_type}" if self.screen.cell_type else ""
        found = f"{len(self.frame):,} perturbations, {int(self.frame['hit'].sum()):,} hits ({self.screen.hit_rule})"
        return f"{self.screen.name}: {short(self.screen.phenotype, 60)}{short(where)}; {found}"


def screen_effects(store: Store, name: str) -> ScreenEffects:
    """Reads the effects of a screen's first contrast.

    Args:
        store: The store.
        name: Name of the screen.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: It has no effect.
    """
    with store.read():
        screen = db_screens.get_screen(store, name)
        contrasts = db_screens.contrasts_of(store, screen.id)
        chosen = contrasts[:1]
        effects = db_screens.effects_of(store, screen.id, contrasts=[one.id for one in chosen])
        rule = parse_rule(screen.hit_rule)
        published = db_screens.hit_list(store, rule.list_hash)
    effects = effects[np.isfinite(effects["estimate"].to_numpy(float))].reset_index(drop=True)
    if effects.empty:
        raise InvalidValueError(f"{screen.name} has no effect to draw.", f"{act('screen_list')} shows the others.")
    signed = chosen[0].positive_means != "unsigned"
    frame = effects[["perturbation", "estimate"]].assign(
        p=_two_sided(effects), fdr=effects[["fdr_low", "fdr_high"]].min(axis=1).to_numpy(float),
        hit=hits(effects, rule, screen.side, published).to_numpy(bool),
    )  # fmt: skip
    frame["colour"] = np.where(~frame["hit"], REST, np.where((frame["estimate"] < 0) & signed, LOWERS, RAISES))
    others = [one.name for one in contrasts[1:]]
    notes = [f"Drawn is {chosen[0].name}, the first of {len(contrasts)} contrasts."] if others else []
    frame = frame.sort_values(["estimate", "perturbation"], ignore_index=True)
    return ScreenEffects(screen, chosen[0], frame, signed, tuple(notes))


def _two_sided(effects: pd.DataFrame) -> pd.Series[float]:
    """The p of either side, from those of both: twice the smaller one."""
    return (2 * effects[["p_low", "p_high"]].min(axis=1)).clip(upper=1.0)


def names_to_write(
    effects: ScreenEffects, asked: Sequence[str], most: int, weight: pd.Series[float]
) -> tuple[str, ...]:
    """The names of a picture: those asked for, then the strongest hits.

    Args:
        effects: The effects.
        asked: Perturbations that are to be named whatever they are, in any case.
        most: Names of hits at most.
        weight: How much each row of the frame deserves a name.

    Raises:
        InvalidValueError: More names are wanted than a slide has room for, or fewer than none.
        NotFoundError: The screen did not measure one of those asked for.
    """
    require(0 <= most <= MOST_NAMES, f"{most} names of hits are wanted.", f"A picture takes 0 to {MOST_NAMES}.")
    require(len(asked) <= MOST_NAMES, f"{len(asked)} genes are to be named.", f"A picture takes up to {MOST_NAMES}.")
    measured = {one.casefold(): one for one in effects.frame["perturbation"]}
    wanted = [measured.get(one.strip().casefold(), "") for one in asked]
    if "" in wanted:
        name = asked[wanted.index("")]
        near = did_you_mean(name, measured.values())
        raise NotFoundError(
            f"{effects.screen.name} did not measure {name!r}.", near or f"{act('gene_card', name)} shows where it was."
        )
    frame = effects.frame.assign(weight=weight.to_numpy(float))
    strongest = frame[frame["hit"]].sort_values(["weight", "perturbation"], ascending=[False, True])
    # A gene that two rows have is named once.
    return tuple(dict.fromkeys([*wanted, *strongest["perturbation"].head(most)]))


def places_of(effects: ScreenEffects, names: Sequence[str]) -> list[int]:
    """Rows of the frame of some names, in their order.

    Args:
        effects: The effects.
        names: Of `names_to_write`.
    """
    first = effects.frame.reset_index().drop_duplicates("perturbation").set_index("perturbation")["index"]
    return [int(first[name]) for name in names]
