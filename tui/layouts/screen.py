"""How screens of the store, and files that may become one, are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from db.records import UNSIGNED
from tui.layouts.format import Column, fields, heading, line, notes, number, spoken_line, table

if TYPE_CHECKING:
    from db.records import Screen
    from tools.screens.common_hits import CommonHits
    from tools.screens.comparison import ScreenComparison
    from tools.screens.export import ExportedScreen
    from tools.screens.hit_listing import ScreenHits
    from tools.screens.ingestion.added_screen import AddedScreen, NotedRows
    from tools.screens.ingestion.preview import ScreenPreview
    from tools.screens.listing import ListedScreen, ShownScreen
    from tools.screens.merging.merging import MergedScreen

KINDS = {
    "lfc": "log fold change",
    "beta": "beta",
    "z": "z",
    "signed_log10_p": "signed log10 p",
    "bayes_factor": "Bayes factor",
    "rank": "rank",
}


def added(added: AddedScreen) -> Sequence[RenderableType]:
    """What became of a screen's file.

    Args:
        added: The report.
    """
    screen = added.screen
    state = "was in the store already; nothing was written" if added.already_present else "added"
    about = {
        "phenotype": screen.phenotype,
        "rows read": added.rows_read,
        "read as": added.reader,
        "perturbations": added.effects,
        "replicates": added.replicates,
        "sign": added.sign_evidence,
        "hits": f"{added.hits:,} by {screen.hit_rule}, side {screen.side}",
    }
    parts: list[RenderableType] = [line(f"{screen.name}: {state}", "bold"), fields(about)]
    parts += noted("Kept aside", added.kept_aside) + noted("Used with a flag", added.flags)
    return [*parts, *notes(added.warnings)]


def noted(title: str, rows_noted: Sequence[NotedRows]) -> list[RenderableType]:
    """Rows that were kept aside or flagged, by reason.

    Args:
        title: Heading above them.
        rows_noted: The rows.
    """
    if not rows_noted:
        return []
    rows = [(one.reason, one.rows, "; ".join(one.examples)) for one in rows_noted]
    columns = [Column("reason"), Column("rows", right=True), Column("such as", running=True, keep=5)]
    return [heading(title), table(columns, rows, cut=False)]


def listing(screens: Sequence[ListedScreen]) -> Sequence[RenderableType]:
    """The screens as a table.

    Args:
        screens: One for each line.
    """
    if not screens:
        return [line("The store has no screen. `hitscout fetch` brings public ones, `hitscout screen add FILE` yours.")]
    columns = [
        Column("screen"), Column("phenotype", running=True, keep=8), Column("study", keep=6),
        Column("cell type", keep=3), Column("modality", keep=4), Column("genes", right=True),
        Column("hits", right=True), Column("rule", keep=5),
    ]  # fmt: skip
    rows = [
        (one.screen.name, one.screen.phenotype, one.screen.study, one.screen.cell_type, one.screen.modality,
         one.perturbations, one.hits, one.screen.hit_rule)
        for one in screens
    ]  # fmt: skip
    return [table(columns, rows)]


def shown(shown: ShownScreen) -> Sequence[RenderableType]:
    """A screen with its quality report.

    Args:
        shown: The screen.
    """
    screen, parts = shown.screen, [line(shown.screen.name, "bold")]
    about = {
        "phenotype": screen.phenotype, "study": screen.study, "organism": screen.organism,
        "cell type": screen.cell_type, "condition": screen.condition, "modality": screen.modality,
        "library": screen.library, "method": screen.method, "readout": screen.readout, "text": screen.text,
        "file": shown.source, "SHA-256": shown.source_hash, "added": f"{shown.added_at:%Y-%m-%d %H:%M} UTC",
        "sign": [_sign(one.sign_evidence, one.positive_means) for one in shown.contrasts],
        "hit rule": f"{screen.hit_rule}, side {screen.side}", "remarks": [spoken_line(one) for one in shown.remarks],
    }  # fmt: skip
    return [
        *parts, fields(about), heading("Quality"), fields(_quality(shown)), heading("Strongest effects"),
        _strongest(shown.lowest, shown.highest, signed=not _unsigned(shown)), *noted("Kept aside", shown.kept_aside),
        *noted("Flagged", shown.flags),
    ]  # fmt: skip


def _unsigned(shown: ShownScreen) -> bool:
    return all(one.positive_means == UNSIGNED for one in shown.contrasts)


def _sign(evidence: str, positive_means: str) -> str:
    return evidence if positive_means == UNSIGNED else f"{evidence} (in the file, positive {positive_means})"


def _strongest(
    lowest: Sequence[tuple[str, float]], highest: Sequence[tuple[str, float]], *, signed: bool
) -> RenderableType:
    """Both ends of the effects, or the known one; without a sign the strongest, which neither raise nor lower."""
    effect = Column("effect", right=True)
    if not signed:
        return table([Column("strongest"), effect], [(name, number(size)) for name, size in highest], cut=False)
    if not lowest or not highest:
        word, ends = ("lowers most", lowest) if lowest else ("raises most", highest)
        return table([Column(word), effect], [(name, number(size)) for name, size in ends], cut=False)
    pairs = zip(lowest, highest, strict=True)
    rows = [(low, number(a), high, number(b)) for (low, a), (high, b) in pairs]
    return table([Column("lowers most"), effect, Column("raises most"), effect], rows, cut=False)


def _quality(shown: ShownScreen) -> dict[str, object]:
    quality = shown.quality
    own, essentials = quality.readout, quality.essentials
    agreement = [
        f"{one.first} and {one.second}: Pearson {number(one.pearson)}, Spearman {number(one.spearman)}"
        f" on {one.shared:,} shared"
        for one in quality.replicates
    ]
    guides = f"median {number(quality.guides_median)}, {quality.guides_least} to {quality.guides_most}"
    return {
        "perturbations": quality.perturbations,
        "hits": f"{quality.hits_high:,}, of no known direction" if _unsigned(shown)
        else f"{quality.hits_low:,} low, {quality.hits_high:,} high",
        "replicates": agreement,
        "guides of a gene": guides if quality.guides_median is not None else "not in the file",
        "negative controls": f"{quality.controls:,} rows, median {number(quality.controls_median)}, spread"
        f" {number(quality.controls_mad)}" if quality.controls else "none in the file",
        "readout gene": own and f"{own.gene}: effect {number(own.estimate)}, place {own.rank:,} of {own.measured:,} by"
        f" size, at the {number(quality.readout_percentile)}th percentile",
        "CEGv2 against NEGv1": essentials and f"AUROC {number(essentials.auroc)}, SSMD {number(essentials.ssmd)}"
        f" ({essentials.essential:,} and {essentials.non_essential:,} genes)",
    }  # fmt: skip


def compared(found: ScreenComparison) -> Sequence[RenderableType]:
    """How two screens agree.

    Args:
        found: What the tool gave.
    """
    about = {
        "shared perturbations": found.shared,
        "rank correlation": f"{found.spearman:+.3f} (p {number(found.spearman_p, 2)})"
        + (f"; of sizes, whatever the sign, {found.spearman_size:+.3f}" if found.signed else " of sizes"),
        "hits": f"{found.first_hits:,} and {found.second_hits:,}",
        "hits of both": f"{found.both:,}; {number(found.expected)} expected by chance (p {number(found.p, 2)})",
        "their signs": f"{found.same_sign:,} the same, {found.opposite_sign:,} opposite"
        if found.signed
        else "not known",
        "relation": found.relation,
    }
    if found.expected_agreeing is not None:
        p = "" if found.agreeing_p is None else f" (p {number(found.agreeing_p, 2)})"
        about[f"{found.direction} direction"] = (
            f"{found.agreeing:,} of {found.both:,}; {number(found.expected_agreeing)} expected by chance{p}"
        )
    parts: list[RenderableType] = [line(f"{found.first} and {found.second}", "bold"), fields(about)]
    against = "in opposite directions" if found.direction == "same" else "in the same direction"
    for title, hits in (("Strongest hits of both", found.hits), (f"Hits of both {against}", found.discordant)):
        if hits:
            columns = [Column("hit of both"), Column(found.first, right=True), Column(found.second, right=True)]
            rows = [(one.perturbation, number(one.first), number(one.second)) for one in hits]
            parts += [heading(title), table(columns, rows, cut=False)]
    return [*parts, *notes(found.notes)]


def hits(found: ScreenHits) -> Sequence[RenderableType]:
    """The hits of a screen.

    Args:
        found: What the tool gave.
    """
    ways = "no known direction" if found.raising is None else f"{found.raising:,} raise, {found.lowering:,} lower"
    growth = "" if found.fitness is None else f"; {found.fitness:,} are fitness genes"
    parts: list[RenderableType] = [
        line(f"{found.screen} ({found.phenotype}): {found.found:,} hits of {found.measured:,} measured", "bold"),
        line(f"By {found.hit_rule}, side {found.side}: {ways}{growth}."),
    ]
    if found.hits:
        columns = [
            Column("", right=True), Column("hit"), Column("effect", right=True), Column("FDR", right=True),
            Column("direction"), Column("flags", running=True, keep=5),
        ]  # fmt: skip
        rows = [
            (one.rank, one.perturbation, number(one.estimate), None if one.fdr is None else number(one.fdr, 2),
             one.direction, ", ".join(one.flags))
            for one in found.hits
        ]  # fmt: skip
        parts.append(table(columns, rows))
    return [*parts, *_more(len(found.hits), found.matching), *notes(found.notes)]


def common(found: CommonHits) -> Sequence[RenderableType]:
    """The hits that several screens share.

    Args:
        found: What the tool gave.
    """
    several = "all" if found.at_least == len(found.screens) else f"at least {found.at_least}"
    about = {
        "measured by all": found.measured,
        "hits": ", ".join(f"{name} {count:,}" for name, count in zip(found.screens, found.hits_of, strict=True)),
        f"hits of {several}": f"{found.found:,}; {number(found.expected)} expected by chance (p {number(found.p, 2)})",
        "their directions": f"{found.same:,} the same, {found.opposite:,} opposite"
        if found.same + found.opposite or not found.found else "not known",
    }  # fmt: skip
    parts: list[RenderableType] = [line(" and ".join(found.screens), "bold"), fields(about)]
    if found.hits:
        columns = [Column("hit"), *(Column(name, right=True) for name in found.screens), Column("direction")]
        columns.append(Column("flags", running=True, keep=5))
        rows = [
            (one.perturbation, *map(number, one.effects), one.direction, ", ".join(one.flags)) for one in found.hits
        ]
        parts.append(table(columns, rows))
    return [*parts, *_more(len(found.hits), found.matching), *notes(found.notes)]


def _more(shown: int, matching: int) -> list[RenderableType]:
    return [line(f"The first {shown:,} of {matching:,}.")] if shown < matching else []


def merged(one: MergedScreen) -> Sequence[RenderableType]:
    """A screen that was merged from others.

    Args:
        one: What the tool gave.
    """
    state = "were merged before; nothing was written" if one.already_present else "are merged"
    before = ", ".join(f"{name} {count:,}" for name, count in zip(one.merged, one.hits_of, strict=True))
    about = {
        "effects": one.how,
        "perturbations": one.perturbations,
        "kept aside, measured once": one.kept_aside or "none",
        "hits": f"{one.hits:,} by {one.screen.hit_rule}, side {one.screen.side}; before: {before}",
        "agreement": [
            f"{two.first} and {two.second}: Pearson {number(two.pearson)}, Spearman {number(two.spearman)} on"
            f" {two.shared:,} shared"
            for two in one.agreement
        ],
    }
    return [line(f"{one.screen.name}: {' and '.join(one.merged)} {state}.", "bold"), fields(about)]


def exported(one: ExportedScreen) -> Sequence[RenderableType]:
    """A screen that was written to a file.

    Args:
        one: What the tool gave.
    """
    about = {"perturbations": one.perturbations, "rows": one.rows, "negative controls": one.controls or "none"}
    parts = [line(f"{one.screen} is written to {one.path} ({one.format}).", "bold"), fields(about)]
    return [*parts, *notes(one.notes)]


def removed(removed: Screen) -> Sequence[RenderableType]:
    """Which screen is gone.

    Args:
        removed: The screen as it was.
    """
    return [line(f"{removed.name} ({removed.phenotype}) was removed.")]


def previewed(preview: ScreenPreview) -> list[RenderableType]:
    """What would be read of a file.

    Args:
        preview: What the tool gave.
    """
    about = {
        "read as": preview.reader,
        "organism": preview.organism,
        "rows read": preview.rows_read,
        "perturbations": preview.effects,
        "effects are": KINDS[preview.estimate_kind],
        "replicates": preview.replicates,
        "negative controls": f"{preview.controls:,} rows" if preview.controls else "none",
        "sign": _sign(preview.sign_evidence, preview.positive_means),
        "hits": None if preview.hits is None else f"{preview.hits:,} by {preview.hit_rule}, side {preview.side}",
        "remarks": [spoken_line(one) for one in preview.remarks],
    }
    ends = _strongest(preview.lowest, preview.highest, signed=preview.positive_means != UNSIGNED)
    parts: list[RenderableType] = [heading("What would be read"), fields(about), ends]
    return [*parts, *noted("Kept aside", preview.kept_aside), *noted("Used with a flag", preview.flags), line("")]
