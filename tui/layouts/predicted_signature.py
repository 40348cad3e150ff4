"""How perturbations ranked by a signature are laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, notes, number, table

if TYPE_CHECKING:
    from tools.expression.unseen.signature_file import ExportedSignature
    from tools.expression.unseen.signature_results import PredictedSignature


def ranked(found: PredictedSignature) -> list[RenderableType]:
    """Both ends of the list, and how far it can be trusted.

    Args:
        found: The list.
    """
    where = f" in {found.within}" if found.within else ""
    parts: list[RenderableType] = [
        line(
            f"{found.signature}{where}: {found.used} of {found.genes} genes, {found.candidates:,} perturbations ranked"
            f" by {found.predictor} on {found.measured:,} measured genes of {', '.join(found.learnt_from)}.",
            "bold",
        ),
        line(_trust(found)),
    ]
    for side, title in (("toward", "Toward the state"), ("away", "Away from it")):
        if any(one.side == side for one in found.perturbations):
            parts += [heading(title), _side(found, side)]
    parts += notes(found.notes)
    if found.missing:
        parts.append(line(f"More knowledge of genes would help: hitscout fetch {' '.join(found.missing)}", "dim"))
    return parts


def written(found: ExportedSignature) -> list[RenderableType]:
    """Where the list is, and its ends.

    Args:
        found: What was written.
    """
    return [line(f"{found.rows:,} perturbations are in {found.path}.", "bold"), *ranked(found.listed)]


def _trust(found: PredictedSignature) -> str:
    told = "cannot be told" if found.spearman is None else f"is {number(found.spearman)}"
    return (
        f"Spearman of predicted and measured scores {told}, over measured genes that were held out. Scores are in"
        f" standard deviations of measured ones; 0 is the average perturbation, which lies {found.average:+.2f} from"
        " controls."
    )


def _side(found: PredictedSignature, side: Literal["toward", "away"] | str) -> RenderableType:
    columns = [
        Column("rank", right=True), Column("perturbation"), Column("predicted", right=True),
        Column("sd", right=True, keep=6), Column("measured", right=True),
    ]  # fmt: skip
    shown = [one for one in found.perturbations if one.side == side]
    rows = [
        (
            one.rank, one.perturbation, f"{one.score:+.2f}" if one.told else f"{one.score:+.2f} (nothing known)",
            f"{one.sd:.2f}", None if one.measured is None else f"{one.measured:+.2f}",
        )
        for one in (shown if side == "toward" else reversed(shown))
    ]  # fmt: skip
    return table(columns, rows, cut=False)
