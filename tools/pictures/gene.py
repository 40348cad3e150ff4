"""A gene across screens: where its effect lies among all effects of each screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.errors import InvalidValueError
from db.genes.nomenclature import GeneEffect, effects_of_gene, find_gene
from db.screens import reading as db_screens
from db.store import Store
from tools.drawing.names import short
from tools.drawing.style import LOWERS, RAISES, REST, picture_place
from tools.genes.card import organism_of
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.pictures.points import key
from tools.screens.hit_rules import hits, parse_rule
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_SCREENS = 40
ON_A_SLIDE = 12
"""Screens that a slide has room for; of more, the picture is taller."""


@dataclass(frozen=True)
class _Row:
    """One screen's line: what it is, where the effect lies, and what it is drawn as."""

    label: str
    percentile: float
    colour: str
    told: str


def plot_gene(
    workspace: Workspace, gene: str, out: Path, *, organism: str = "", overwrite: bool = False
) -> DrawnPicture:
    """Draws a gene across screens: the share of each screen's perturbations that have a smaller effect.

    Shares are drawn because effects of different screens are on different scales.

    Args:
        workspace: The store.
        gene: A symbol, former symbol, alias or identifier.
        out: The picture, .png or .svg.
        organism: ``human`` or ``mouse``; human first where empty.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: No gene carries the name; near names are given.
        NeedsChoiceError: More than one gene carries it.
        InvalidValueError: No screen of the store has measured it alone, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, across_screens(workspace, gene, organism), target, out, overwrite=overwrite)


def across_screens(workspace: Workspace, gene: str, organism: str = "") -> Picture:
    """The picture of `plot_gene`.

    Args:
        workspace: As there.
        gene: As there.
        organism: As there.
    """
    store = workspace.store
    with store.read():
        found = find_gene(store, gene, organism_of(organism) if organism else None)
        effects = effects_of_gene(store, found)
        if not effects:
            raise InvalidValueError(
                f"No screen of the store has measured {found.symbol} alone.", "Name another gene, or add a screen."
            )
        drawn = effects[:MOST_SCREENS]
        rows = sorted(_rows(store, drawn), key=lambda row: (-row.percentile, row.label))
    name = f" ({short(found.name, 50)})" if found.name else ""
    count = sum(row.colour != REST for row in rows)
    title = f"{found.symbol}{name}; {len(rows)} contrasts of screens, a hit in {count}"
    notes = (f"The {len(rows)} most extreme of {len(effects)} are drawn.",) if len(effects) > len(rows) else ()
    told = f"{found.symbol} across screens: " + "; ".join(row.told for row in rows) + "."
    size = (10.0, 5.6 + 0.34 * max(len(rows) - ON_A_SLIDE, 0))
    return Picture("gene", title, len(rows), told, lambda figure: _draw(figure, rows, title), notes=notes, size=size)


def _rows(store: Store, effects: Sequence[GeneEffect]) -> list[_Row]:
    screens = {one.name: one for one in db_screens.list_screens(store)}
    rows = []
    for one in effects:
        screen = screens[one.screen]
        all_of = db_screens.effects_of(store, screen.id, contrasts=[one.contrast_id])
        rule = parse_rule(screen.hit_rule)
        called = hits(all_of, rule, screen.side, db_screens.hit_list(store, rule.list_hash))
        hit = bool(called[all_of["perturbation"] == one.perturbation].any())
        colour = REST if not hit else LOWERS if one.signed and one.estimate < 0 else RAISES
        unsigned = "" if one.signed else ", strength alone"
        rows.append(
            _Row(
                label=f"{short(one.screen, 28)}: {short(one.phenotype, 26)}{unsigned}",
                percentile=100 * one.percentile,
                colour=colour,
                told=f"{one.screen} {100 * one.percentile:.1f} %{' (hit)' if hit else ''}",
            )
        )
    return rows


def _draw(figure: Figure, rows: Sequence[_Row], title: str) -> Sequence[str]:
    plot = bare(figure.add_subplot())
    y = np.arange(len(rows))
    x = np.array([row.percentile for row in rows])
    colours = [row.colour for row in rows]
    plot.hlines(y, 50, x, color=colours, linewidth=3, zorder=1)
    plot.scatter(x, y, s=110, color=colours, edgecolors="black", linewidths=0.8, zorder=2, clip_on=False)
    plot.axvline(50, color="#777777", linewidth=1, zorder=0)
    plot.set_yticks(y, [row.label for row in rows])
    plot.set(
        xlim=(0, 100), ylim=(len(rows) - 0.4, -0.6), xlabel="% of the screen's perturbations with a smaller effect"
    )
    figure.suptitle(headed(title), fontsize="medium")
    there = [(colour, text) for colour, text in ((LOWERS, "hit, lowers"), (RAISES, "hit, raises"), (REST, "no hit"))
             if colour in colours]  # fmt: skip
    key(figure, there)
    return ()
