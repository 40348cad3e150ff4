"""The modes of a campaign: what earlier screens of its phenotype leave to it, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from db.acts import ANY, FILE, act, option
from db.errors import InvalidValueError
from db.records import Mode
from tools.campaigns.start.earlier_screens import Earlier, EarlierScreen

SHOWN = 3

_WHY: Mapping[Mode, Callable[[str, Earlier, str], str]] = {
    "discover": lambda *_: "",
    "validate": lambda name, earlier, names: (
        "" if name in earlier.hits else f"no hit of {names}, and hits are validated"
    ),
    "extend": lambda name, earlier, _: f"measured in {earlier.measured[name]}" if name in earlier.measured else "",
    "new": lambda name, earlier, _: f"a hit of {earlier.hits[name]} already" if name in earlier.hits else "",
}
"""Mode → why it leaves a perturbation out, empty where it does not."""


def left_out_by(mode: Mode, library: Collection[str], earlier: Earlier) -> dict[str, str]:
    """Which perturbations of a library a mode leaves out, and why.

    Args:
        mode: ``validate`` leaves the hits of the earlier screens alone, ``extend`` what they did not measure, ``new``
            all but their hits, and ``discover`` everything.
        library: Perturbations of the library.
        earlier: The earlier screens.

    Raises:
        InvalidValueError: The mode goes by earlier screens and there is none, or nothing would be left.
    """
    if mode == "discover":
        return {}
    names = ", ".join(sorted(set(earlier.measured.values()), key=str.casefold))
    if not names:
        but = " that perturbs genes as it does" if earlier.screens else ""
        raise InvalidValueError(
            f"{option(mode=mode)} goes by what screens of the campaign's own phenotype measured, and the store has none"
            f"{but}.",
            f"Give {option(mode='discover')}, name the phenotype as the screen does ({act('screen_list')}), or bring"
            f" one: {act('add_screen', FILE, phenotype=ANY)}. {act('campaign_export')} lists a campaign's own hits.",
        )
    left = {name: why for name in library if (why := _WHY[mode](name, earlier, names))}
    if len(left) == len(library):
        raise InvalidValueError(
            f"{option(mode=mode)} leaves nothing of the library: {names} measured {len(earlier.measured):,} genes, of"
            f" which {len(earlier.hits):,} are hits.",
            f"Give another {option('mode')}, or a larger {option('library')}.",
        )
    return left


def mode_notes(mode: Mode, earlier: Earlier, left: int) -> tuple[str, ...]:
    """What a person should know of the earlier screens, in sentences; the first says what the store has.

    Args:
        mode: The campaign's mode.
        earlier: The earlier screens.
        left: How many perturbations of the library the mode leaves out.
    """
    if not earlier.screens:
        return ()
    more = len(earlier.screens) - SHOWN
    said = "; ".join(_said(one) for one in earlier.screens[:SHOWN]) + (f"; and {more} more did" if more > 0 else "")
    its, it = ("its", "it") if len(earlier.screens) == 1 else ("their", "they")
    first = f"{said}. What {it} said of a gene counts in its chance here."
    if not earlier.measured:
        return (first,)
    if mode != "discover":
        said = f"{option(mode=mode)} leaves {left:,} of the library out; {option(mode='discover')} leaves none out."
        return (first, said)
    return (
        f"{first} Nothing is left out for that; {option(mode='validate')} nominates {its} hits alone,"
        f" {option(mode='extend')} only what {it} did not measure, and {option(mode='new')} all but {its} hits.",
    )


def _said(one: EarlierScreen) -> str:
    cells = {"same": "the same cells", "alike": f"{one.cell_type}, like those here", "other": f"in {one.cell_type}"}
    means = {
        "same": f"by {one.modality} as here",
        "alike": f"by {one.modality}, which loses genes too",
        "other": f"by {one.modality} and not as here",
    }
    about = (
        cells.get(one.cells_are, one.cell_type),
        means.get(one.modality_is, f"by {one.modality}" if one.modality else ""),
        f"{one.hits:,} hits",
    )
    return f"{one.screen} measured {one.phenotype} in {one.measured:,} genes ({'; '.join(filter(None, about))})"
