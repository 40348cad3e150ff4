"""A screen as a file: harmonised effects under approved names, beside the names of its own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError, NeedsChoiceError
from db.genes.control_names import is_control
from db.records import ONE_SIDED, UNSIGNED, Contrast, EstimateKind, Screen
from db.screens import reading as db_screens
from db.store import Store
from tools.output_files import Format, format_of, output_path, write_table
from tools.screens.hit_rules import parse_rule
from tools.workspace import Workspace

EFFECT_COLUMN: Mapping[EstimateKind, str] = {
    "lfc": "lfc", "beta": "beta", "z": "z", "signed_log10_p": "signed_log10_p", "bayes_factor": "bayes_factor",
    "rank": "estimate",
}  # fmt: skip
"""What the effect's column is called, so that a reader knows what it holds; a rank has to be said."""
_NUMBERS = ("standard_error", "p_low", "p_high", "fdr_low", "fdr_high", "guides")
_TOLD = ("study", "organism", "cell_type", "modality", "condition", "library", "readout", "readout_gene")


@dataclass(frozen=True)
class ExportedScreen:
    """What `screen_export` wrote.

    Attributes:
        path: The file.
        format: Its format.
        screen: Name of the screen.
        perturbations: Perturbations in the file.
        rows: Its rows, with those of replicates and of negative controls.
        controls: Rows of negative controls, at the end of the file.
        notes: How it is read back, and what a person should know, in sentences.
    """

    path: Path
    format: Format
    screen: str
    perturbations: int
    rows: int
    controls: int
    notes: tuple[str, ...]


def screen_export(
    workspace: Workspace, name: str, out: Path, *, replicates: bool = False, overwrite: bool = False
) -> ExportedScreen:
    """Writes a screen's effects to a file that `add_screen` reads back with the same numbers.

    Effects are harmonised: positive raises the phenotype (Bayes factors keep the sign of their evidence). Columns are
    gene (the approved name), name_in_file, the effect (named by its kind), and standard error, p, FDR and guides where
    the screen has them; then negative controls. Text that a spreadsheet would run as a formula gets an apostrophe.

    Args:
        workspace: The workspace.
        name: Name of the screen.
        out: The file to write: .csv, .tsv, .parquet, .xlsx or .md.
        replicates: Write the rows of the single replicates, in place of the combined ones.
        overwrite: Whether a file that is there already is replaced; never the store, nor a file whose rows it holds.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        NeedsChoiceError: It has several contrasts.
        InvalidValueError: The file's ending names no format, or there are no single replicates.
        RefusedFileError: The file cannot be written, or is there already.
    """
    chosen = format_of(out)
    target = output_path(workspace, out, overwrite=overwrite)
    with workspace.store.read():
        screen = db_screens.get_screen(workspace.store, name)
        contrast = _only_contrast(workspace.store, screen)
        frame, controls = _table(workspace.store, screen, contrast, replicates=replicates)
    write_table(pd.concat([frame, controls], ignore_index=True), target, chosen, overwrite=overwrite)
    return ExportedScreen(
        out, chosen, screen.name, int(frame["gene"].nunique()), len(frame) + len(controls), len(controls),
        (_read_back(screen, contrast, out), *_lost(screen)),
    )  # fmt: skip


def _only_contrast(store: Store, screen: Screen) -> Contrast:
    contrasts = db_screens.contrasts_of(store, screen.id)
    if len(contrasts) != 1:
        raise NeedsChoiceError(
            f"{screen.name} has {len(contrasts)} contrasts, and a file holds one.",
            f"{act('sql_query', 'SELECT * FROM effects')} reads all of them.",
        )
    return contrasts[0]


def _table(store: Store, screen: Screen, contrast: Contrast, *, replicates: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    effects = db_screens.effects_of(store, screen.id, replicates=replicates)
    if replicates and effects.empty:
        raise InvalidValueError(
            f"{screen.name} has no single replicates.", f"Leave {option(replicates=True)} out: the effects are written."
        )
    flipped = contrast.estimate_kind in ONE_SIDED and contrast.positive_means == "lowers"
    if flipped:
        sides = {f"{what}_{a}": f"{what}_{b}" for what in ("p", "fdr") for a, b in (("low", "high"), ("high", "low"))}
        effects = effects.assign(estimate=-effects["estimate"]).rename(columns=sides)
    column = EFFECT_COLUMN[contrast.estimate_kind]
    names = db_screens.source_names(store, screen.id)
    frame = effects.rename(columns={"perturbation": "gene", "estimate": column})
    frame.insert(1, "name_in_file", frame["gene"].map(names).fillna(frame["gene"]))
    held = [one for one in _NUMBERS if frame[one].notna().any()]
    kept = ["gene", "name_in_file", *(["replicate"] if replicates else []), column, *held]
    return frame[kept], _controls(store, screen, column, replicates=replicates, flipped=flipped).reindex(columns=kept)


def _controls(store: Store, screen: Screen, column: str, *, replicates: bool, flipped: bool) -> pd.DataFrame:
    """Negative controls, under a name by which a reader knows them."""
    controls = db_screens.controls_of(store, screen.id)
    labels = [
        name if is_control(name) else f"NTC_{number}" for number, name in enumerate(controls["name"].astype(str), 1)
    ]
    made = controls.assign(gene=labels, name_in_file=controls["name"])
    made[column] = -made["estimate"] if flipped else made["estimate"]
    return made if replicates else made.drop(columns="replicate")


def _read_back(screen: Screen, contrast: Contrast, out: Path) -> str:
    kept = contrast.positive_means == UNSIGNED or contrast.estimate_kind in ONE_SIDED
    said = {field: getattr(screen, field) for field in _TOLD if getattr(screen, field)}
    meaning = contrast.positive_means if kept else "raises"
    if not parse_rule(screen.hit_rule).list_hash:
        said["hit_rule"] = screen.hit_rule
    if screen.side != "both" and contrast.estimate_kind not in ONE_SIDED:
        said["side"] = screen.side
    if contrast.estimate_kind == "rank":
        said["estimate_kind"] = "rank"
    call = act("add_screen", str(out), phenotype=screen.phenotype, positive_means=meaning)
    return f"It is read back by {call}" + (f" with {option(**said)}." if said else ".")


def _lost(screen: Screen) -> tuple[str, ...]:
    if not parse_rule(screen.hit_rule).list_hash:
        return ()
    return (f"Its hits are a published list ({screen.hit_rule}), which stays in the store and is not in the file.",)
