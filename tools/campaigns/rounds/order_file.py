"""Exports: a round as a file that can be ordered from, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.campaigns.campaigns import gene_accessions
from db.campaigns.records import Control
from db.genes.perturbation_names import genes_in
from db.records import Nomination, Round
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import CampaignState, state_of
from tools.output_files import Format, format_of, output_path, write_table
from tools.workspace import Workspace

TEXT_COLUMNS = (
    "perturbation", "target_genes", "accessions", "by", "flags", "reason", "evidence", "outcome",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What `campaign_export` wrote: the file, its format, and what the round needs in all.

    Attributes:
        path: The file.
        format: Its format.
        rows: Rows in it: nominations, positive controls that are not among them, and one for the non-targeting guides.
        guides: Guides to order for nominations and positive controls.
        non_targeting: Non-targeting guides that are advised beside them.
        cells: Cells that the coverage asks for, for all of these guides.
        price: Price of all of these guides, or None where a guide's price is not known.
    """

    path: Path
    format: Format
    rows: int
    guides: int
    non_targeting: int
    cells: int
    price: float | None


def campaign_export(
    workspace: Workspace,
    out: Path,
    name: str = "",
    *,
    round: int | None = None,  # noqa: A002 - the word of the command line
    format: Format | None = None,  # noqa: A002
    overwrite: bool = False,
) -> Exported:
    """Writes a round's nominations, by rank, and then its controls to a file that can be ordered from.

    Text cells that a spreadsheet would run as a formula get a leading apostrophe (not in Parquet, which no
    spreadsheet evaluates). The file appears whole or not at all.

    Args:
        workspace: Where the campaign is.
        out: The file to write; its ending names the format where `format` is None (.csv .tsv .parquet .xlsx .md).
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        format: Format of the file, whatever its ending.
        overwrite: Whether a file that is there already is replaced; never the store, nor a file whose rows it holds.

    Raises:
        InvalidValueError: The file's ending names no format.
        RefusedFileError: The file cannot be written, or is there already.
    """
    chosen = format_of(out, format)
    target = output_path(workspace, out, overwrite=overwrite)
    state = state_of(workspace.store, name)
    one = pick_round(state, round)
    frame = order_table(workspace, state, one)
    write_table(frame, target, chosen, overwrite=overwrite)
    settings = state.campaign.settings
    others = sum(control.guides for control in one.shortlist.controls if control.kind == "non-targeting")
    guides = int(frame["guides"].sum()) - others
    price = None if settings.price is None else settings.price * (guides + others)
    return Exported(out, chosen, len(frame), guides, others, (guides + others) * settings.coverage, price)


def order_table(workspace: Workspace, state: CampaignState, one: Round) -> pd.DataFrame:
    """One row for each nomination by rank, then one for each control: what is ordered is what the rows say.

    A positive control that was nominated has its guides, and a flag, in its own row.

    Args:
        workspace: The store.
        state: The campaign.
        one: The round.
    """
    settings = state.campaign.settings
    symbols = sorted({gene for n in one.nominations for gene in n.target_genes})
    accessions = gene_accessions(workspace.store, state.campaign.question.organism, symbols)
    results = state.effects[state.effects["round"] == one.number].set_index("perturbation")["estimate"]
    rows = [_row(nomination, accessions, results) for nomination in one.nominations]
    controls = [control for control in one.shortlist.controls if control.guides]
    known = sorted({gene for control in controls for gene in _genes(control)})
    accessions = gene_accessions(workspace.store, state.campaign.question.organism, known)
    frame = pd.DataFrame([*rows, *(_control_row(control, accessions) for control in controls)])
    frame["guides"] = [settings.guides_per_gene] * len(rows) + [control.guides for control in controls]
    frame["cells"] = frame["guides"] * settings.coverage
    frame["price"] = float("nan") if settings.price is None else frame["guides"] * settings.price
    return frame.astype({"rank": "Int64", **dict.fromkeys(TEXT_COLUMNS, object)})


def _row(nomination: Nomination, accessions: Mapping[str, str], results: pd.Series[float]) -> dict[str, object]:
    return {
        "rank": nomination.rank,
        "perturbation": nomination.perturbation,
        "target_genes": ";".join(nomination.target_genes),
        "accessions": ";".join(accessions.get(gene, "") for gene in nomination.target_genes),
        "hit_probability": nomination.hit_probability,
        "low": nomination.low,
        "high": nomination.high,
        "utility": nomination.utility,
        "support": nomination.support,
        "by": nomination.by,
        "flags": ";".join(nomination.flags),
        "grade": float("nan") if nomination.grade is None else nomination.grade,
        "reason": nomination.reason,
        "evidence": ";".join(nomination.evidence),
        "outcome": nomination.outcome,
        "estimate": float(results.get(nomination.perturbation, float("nan"))),
    }


def _genes(control: Control) -> tuple[str, ...]:
    return tuple(genes_in(control.perturbation)) if control.perturbation else ()


def _control_row(control: Control, accessions: Mapping[str, str]) -> dict[str, object]:
    genes = _genes(control)
    unknown = dict.fromkeys(("hit_probability", "low", "high", "utility", "support", "grade", "estimate"), float("nan"))
    said = {
        "rank": None, "perturbation": control.perturbation or control.kind, "target_genes": ";".join(genes),
        "accessions": ";".join(accessions.get(gene, "") for gene in genes), "by": "control",
        "flags": "positive-control" if control.kind == "positive" else control.kind, "reason": control.why,
        "evidence": "", "outcome": "",
    }  # fmt: skip
    return {**said, **unknown}
