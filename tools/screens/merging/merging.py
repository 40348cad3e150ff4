"""Merged screens: donors or repeats of one phenotype made one screen, which stays a copy of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from db.acts import act, option
from db.campaigns.campaigns import perturbation_genes
from db.errors import ConflictError, InvalidValueError
from db.genes.name_forms import clean
from db.provenance import content_hash, find_ingest, get_ingest, record_ingest
from db.records import ONE_SIDED, UNSIGNED, Contrast, EstimateKind, Ingest, Note, Screen, Study
from db.screens import reading as db_screens
from db.screens import writing
from db.screens.merged import MERGED
from db.store import Connection, Store
from db.undo import remember, rows_of_screen
from tools.parameters import takes_names
from tools.screens.called_effects import called_effects
from tools.screens.hit_rules import DEFAULT_FDR, parse_rule
from tools.screens.ingestion.written_rows import perturbation_ids, write_rows
from tools.screens.merging.combination import (
    VERSION,
    Method,
    by_inverse_variance,
    by_stouffer,
    method_of,
    signed_z,
)
from tools.screens.quality import ReplicateAgreement, replicate_agreement
from tools.workspace import Workspace

FEWEST = 2
"""Screens that must have measured a perturbation; others are kept aside."""
_ONE = ("organism", "phenotype", "cell_type", "modality", "study")
"""What the screens must have in common: a merged screen is a copy of each of them."""
_NO_SUM: frozenset[EstimateKind] = frozenset({*ONE_SIDED, "rank"})


@dataclass(frozen=True)
class MergedScreen:
    """What `screen_merge` made.

    Attributes:
        screen: The merged screen.
        merged: Names of the screens that it was made from.
        method: ``inverse-variance`` or ``stouffer``.
        how: The same in a sentence, with where each z comes from.
        perturbations: Perturbations with a combined effect.
        hits: Hits of the merged screen by its rule.
        hits_of: Hits of each screen that it was made from.
        agreement: How each two of them agree.
        kept_aside: Perturbations that one of them alone measured, which are not in the merged screen.
        already_present: Whether the same screens were merged in the same way before, so that nothing was written.
    """

    screen: Screen
    merged: tuple[str, ...]
    method: Method
    how: str
    perturbations: int
    hits: int
    hits_of: tuple[int, ...]
    agreement: tuple[ReplicateAgreement, ...]
    kept_aside: int
    already_present: bool = False


@dataclass(frozen=True)
class _Combined:
    """Rows of the merged screen, and how they came about."""

    rows: pd.DataFrame
    method: Method
    how: str
    kind: EstimateKind
    alone: tuple[str, ...]


@takes_names
def screen_merge(workspace: Workspace, names: Sequence[str], name: str) -> MergedScreen:
    """Merges donors or repeats of one phenotype into one new screen; the screens that it is made from stay.

    Where all have standard errors and estimates of one kind (lfc or beta), effects are means weighted by inverse
    variance; else signed z are summed (Stouffer, equal weights). p are one-sided, FDR are those of Benjamini and
    Hochberg over two-sided p. The screens are kept as the replicates of the merged one. It has their study, phenotype,
    cell type and modality, so it is a copy of each: a replay of one of them never sees it.

    Args:
        workspace: The workspace.
        names: Names of two screens or more that are measurements of the same phenotype in the same cells.
        name: Name of the merged screen.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: There is one screen only, or one twice; or their effects cannot be added.
        ConflictError: They are of different organisms, phenotypes, cell types, modalities or studies, or the name is
            taken.
    """
    store = workspace.store
    with store.write("merge") as connection:
        screens = [db_screens.get_screen(store, one) for one in names]
        _refuse_unlike(screens)
        contrasts = [_summable(store, one) for one in screens]
        ingests = [get_ingest(connection, one.ingest_id) for one in screens]
        content = content_hash(sorted(one.content_hash for one in ingests), {"kind": MERGED, "version": VERSION})
        combined = _combined(store, screens, contrasts)
        known = find_ingest(connection, content)
        merged = (
            _write(connection, store, clean(name), screens, ingests, content, combined)
            if known is None
            else _known(store, known, name)
        )
        singles = db_screens.effects_of(store, merged.id, replicates=True)
        hit_counts = [int(called_effects(store, one)["hit"].sum()) for one in (merged, *screens)]
    return MergedScreen(
        screen=merged, merged=tuple(one.name for one in screens), method=combined.method, how=combined.how,
        perturbations=int((combined.rows["replicate"] == "").sum()), hits=hit_counts[0], hits_of=tuple(hit_counts[1:]),
        agreement=replicate_agreement(singles), kept_aside=len(combined.alone), already_present=known is not None,
    )  # fmt: skip


def _known(store: Store, known: Ingest, name: str) -> Screen:
    screen = next(one for one in db_screens.list_screens(store) if one.ingest_id == known.id)
    if clean(name).casefold() != screen.name.casefold():
        raise ConflictError(
            f"The same screens are merged already, as {screen.name!r}.",
            f"Use that one, or remove it first: {act('screen_remove', screen.name)}.",
        )
    return screen


def _refuse_unlike(screens: Sequence[Screen]) -> None:
    if len(screens) < 2 or len({one.id for one in screens}) < len(screens):
        raise InvalidValueError(
            f"Two different screens or more are merged; {', '.join(one.name for one in screens) or 'none'} was named.",
            f"{act('screen_list')} shows all.",
        )
    if used := [one.name for one in screens if one.campaign_id is not None]:
        raise InvalidValueError(
            f"{used[0]} holds the results of a campaign's rounds, which are no screen of a library.",
            "Name screens of files.",
        )
    for field in _ONE:
        values = {str(getattr(one, field)).strip().casefold(): one for one in screens}
        if len(values) > 1:
            a, b = list(values.values())[:2]
            word = field.replace("_", " ")
            raise ConflictError(
                f"{a.name} and {b.name} are no measurements of the same: their {word} is"
                f" {getattr(a, field) or 'not said'!r} and {getattr(b, field) or 'not said'!r}.",
                f"Add the file again with the same {option(field)} if that is wrong;"
                f" {act('screen_compare', a.name, b.name)} shows how far they agree.",
            )


def _summable(store: Store, screen: Screen) -> Contrast:
    contrasts = db_screens.contrasts_of(store, screen.id)
    if len(contrasts) != 1:
        raise InvalidValueError(
            f"{screen.name} has {len(contrasts)} contrasts, and screens are merged contrast by contrast.",
            f"Add the contrast as a screen of its own, with {option('where')}.",
        )
    (contrast,) = contrasts
    if contrast.positive_means == UNSIGNED or contrast.estimate_kind in _NO_SUM:
        why = "have no sign" if contrast.positive_means == UNSIGNED else f"are {contrast.estimate_kind}"
        raise InvalidValueError(
            f"The effects of {screen.name} {why}, so they cannot be added to those of another screen.",
            f"{act('shared_hits', [screen.name, 'OTHER'])} counts the hits that they share.",
        )
    return contrast


def _combined(store: Store, screens: Sequence[Screen], contrasts: Sequence[Contrast]) -> _Combined:
    frames = [db_screens.effects_of(store, one.id) for one in screens]
    kinds = [one.estimate_kind for one in contrasts]
    method, labels = method_of(frames, kinds), [one.name for one in screens]
    if method == "inverse-variance":
        wide = {column: _wide(frames, labels, column) for column in ("estimate", "standard_error")}
        values, errors, origins = wide["estimate"], wide["standard_error"], {f"{kinds[0]} and standard errors"}
    else:
        found = [
            signed_z(frame, kind, db_screens.controls_of(store, one.id)["estimate"])
            for frame, kind, one in zip(frames, kinds, screens, strict=True)
        ]
        values = pd.DataFrame({label: z for label, (z, _) in zip(labels, found, strict=True)}).sort_index()
        errors, origins = values.where(values.isna(), 1.0), {how for _, how in found}
    enough = values.notna().sum(axis=1) >= FEWEST
    kept, errors = values[enough], errors[enough]
    if kept.empty:
        raise InvalidValueError(
            f"No perturbation was measured in two of {', '.join(labels)}.",
            f"{act('screen_list')} says how many each measured.",
        )
    inverse = method == "inverse-variance"
    together = by_inverse_variance(kept, errors) if inverse else by_stouffer(kept)
    words = "means weighted by inverse variance" if inverse else "sums of signed z over √k (Stouffer, equal weights)"
    how = f"{words}, of {' and '.join(sorted(origins))}"
    return _Combined(
        _rows(together, kept, errors, _guides(frames)), method, how, kinds[0] if inverse else "z",
        tuple(map(str, values.index[~enough])),
    )  # fmt: skip


def _wide(frames: Sequence[pd.DataFrame], labels: Sequence[str], column: str) -> pd.DataFrame:
    found = {label: frame.set_index("perturbation")[column] for label, frame in zip(labels, frames, strict=True)}
    return pd.DataFrame(found).sort_index()


def _guides(frames: Sequence[pd.DataFrame]) -> pd.Series[int]:
    """The most guides that one of the screens has of a perturbation: donors share a library, not its guides' counts."""
    guides = pd.concat([frame.set_index("perturbation")["guides"] for frame in frames])
    most: pd.Series[int] = guides.groupby(level=0).max()
    return most


def _rows(together: pd.DataFrame, values: pd.DataFrame, errors: pd.DataFrame, guides: pd.Series[int]) -> pd.DataFrame:
    """The combined rows, then those of each screen as a replicate."""
    parts = [together.assign(replicate="")]
    for label in values.columns:
        single = pd.DataFrame({"estimate": values[label], "standard_error": errors[label]}).dropna(subset=["estimate"])
        parts.append(single.assign(replicate=label))
    rows = pd.concat(parts).rename_axis("perturbation").reset_index()
    rows["guides"] = rows["perturbation"].map(guides).astype("Int64")
    return rows.assign(name=rows["perturbation"], line=0)


# The write ---------------------------------------------------------------------------------------


def _write(
    connection: Connection,
    store: Store,
    name: str,
    screens: Sequence[Screen],
    ingests: Sequence[Ingest],
    content: str,
    combined: _Combined,
) -> Screen:
    first, labels = screens[0], [one.name for one in screens]
    ingest_id = record_ingest(
        connection, content=content, kind=MERGED, name=name, source=f"merged from {', '.join(labels)}",
        source_hash=content_hash([one.source_hash for one in ingests], {"kind": MERGED}), tool="screen_merge",
        arguments={"merged": labels, "method": combined.method, "remarks": [f"Effects are {combined.how}."]},
        parents=[one.id for one in ingests], notes=[_alone(one) for one in combined.alone],
    )  # fmt: skip
    rule, kinds_stay = _rule(screens), combined.method == "inverse-variance"
    study_id = writing.add_study(connection, Study(first.study)) if first.study else None
    screen_id = writing.insert_screen(
        connection, name=name, ingest_id=ingest_id, phenotype=first.phenotype, organism=first.organism,
        study_id=study_id, cell_type=first.cell_type, modality=first.modality, condition=_joined(screens, "condition"),
        library=_joined(screens, "library"), method=MERGED, readout=_joined(screens, "readout"),
        readout_gene=_joined(screens, "readout_gene", only=True), text=_joined(screens, "text", only=True),
        hit_rule=rule if kinds_stay or not _of_effects(rule) else DEFAULT_FDR,
        side=first.side if len({one.side for one in screens}) == 1 else "both",
    )  # fmt: skip
    contrast_id = writing.insert_contrast(
        connection, screen_id=screen_id, ingest_id=ingest_id, name=name, estimate_kind=combined.kind,
        positive_means="raises", sign_evidence=f"harmonised in {', '.join(labels)}",
    )  # fmt: skip
    genes = perturbation_genes(store, first.organism, sorted(set(combined.rows["perturbation"])))
    ids = perturbation_ids(connection, first.organism, genes.rename(columns={"name": "perturbation"}))
    none = pd.DataFrame(columns=["name", "replicate", "estimate", "guides"])
    write_rows(connection, screen_id, contrast_id, ingest_id, combined.rows, none, ids)
    added = rows_of_screen(connection, screen_id, [ingest_id])
    remember(connection, f"screen {name} was merged from {', '.join(labels)}", added=added)
    return db_screens.get_screen(store, name)


def _alone(perturbation: str) -> Note:
    return Note(None, perturbation, "missing", "Measured in one of the screens alone.")


def _rule(screens: Sequence[Screen]) -> str:
    rules = {one.hit_rule for one in screens}
    return DEFAULT_FDR if len(rules) > 1 or parse_rule(screens[0].hit_rule).list_hash else rules.pop()


def _of_effects(rule: str) -> bool:
    return any(term.quantity in ("estimate", "size") for term in parse_rule(rule).terms)


def _joined(screens: Sequence[Screen], field: str, *, only: bool = False) -> str:
    """What the screens say of themselves, each thing once; where they differ and one must stand for all, nothing."""
    values = list(dict.fromkeys(str(getattr(one, field)) for one in screens if getattr(one, field)))
    return "" if only and len(values) > 1 else "; ".join(values)
