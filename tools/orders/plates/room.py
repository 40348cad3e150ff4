"""How many plates are needed: each has its share of the nominations, and at least one control of each kind."""

from __future__ import annotations

import math
from collections.abc import Mapping

from db.acts import option
from db.errors import InvalidValueError
from tools.orders.options import Plating


def share_of(count: int, plates: int, number: int) -> int:
    """How many of a number of things go to one of several plates, as evenly as whole numbers can.

    Args:
        count: The things.
        plates: The plates.
        number: Which plate, from 0.
    """
    return count // plates + (number < count % plates)


def controls_on(count: int, plates: int, number: int) -> int:
    """How many controls of a kind are on one of several plates: their share, and never none.

    Args:
        count: Different ones, at least 1; they are used again where there are more plates.
        plates: The plates.
        number: Which plate, from 0.
    """
    return max(1, share_of(count, plates, number))


def plates_needed(nominated: int, controls: Mapping[str, int], plating: Plating) -> int:
    """Plates of one replicate.

    Args:
        nominated: Wells of nominations.
        controls: Kind of control → how many different ones.
        plating: The plates.

    Raises:
        InvalidValueError: All replicates need more plates than there are, or a plate has no room beside its controls.
    """
    usable = plating.usable
    fullest = (nominated + sum(controls.values())) or 1
    needed = next((n for n in range(1, fullest + 1) if _fullest(nominated, controls, n) <= usable), 0)
    most = plating.most_plates
    if not needed or (most is not None and needed * plating.replicates > most):
        raise _too_small(nominated + sum(controls.values()), needed, plating)
    return needed


def _fullest(nominated: int, controls: Mapping[str, int], plates: int) -> int:
    """Wells of the fullest plate, which is the first."""
    return math.ceil(nominated / plates) + sum(controls_on(count, plates, 0) for count in controls.values())


def _too_small(wells: int, needed: int, plating: Plating) -> InvalidValueError:
    most = plating.most_plates or 0
    times = f" in {plating.replicates} replicates" if plating.replicates > 1 else ""
    given = (
        f"{wells:,} wells{times} do not fit on {most:,} {'plate' if most == 1 else 'plates'} of {plating.plate}: with"
        f" edges {plating.edges} a plate takes {plating.usable}, {most * plating.usable:,} in all."
    )
    return InvalidValueError(
        given,
        f"Give {option(most_plates=needed * plating.replicates)}, fewer {option('guides_per_gene')} or a larger"
        f" {option('plate')}.",
    )
