"""The forms of an order: a table of guides, an oligo pool, wells of plates, a pick list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from tools.orders.chosen_guides import ChosenGuides
from tools.orders.cloning import Cloning

Form = Literal["table", "oligos", "plates", "picks"]
NO_GUIDES = "no-guides"


def guide_table(chosen: ChosenGuides, cloning: Cloning, nominated: Mapping[str, tuple[int, str]]) -> pd.DataFrame:
    """One row for each guide with its oligo and flags, and one for each gene that has none.

    Args:
        chosen: The guides.
        cloning: What stands around them.
        nominated: Nominated gene → rank and perturbation of the first nomination that has it.
    """
    frame = chosen.guides.assign(**_oligos(chosen.guides["sequence"], cloning))
    if not chosen.without:
        return frame
    missing = [
        {"rank": rank, "perturbation": perturbation, "gene": gene, "kind": kind, "flags": NO_GUIDES}
        for gene in chosen.without
        for rank, perturbation, kind in [
            (*nominated[gene], "nomination") if gene in nominated else (pd.NA, gene, "positive")
        ]
    ]
    both = pd.concat([frame, pd.DataFrame(missing).astype({"rank": "Int64"})], ignore_index=True)
    both["line"] = both["line"].astype("Int64")
    texts = ["guide", "sequence", "pam", "source_plate", "source_well", "oligo", "lower_oligo"]
    return both.fillna({name: "" for name in texts if name in both})


def oligo_table(chosen: ChosenGuides, cloning: Cloning) -> pd.DataFrame:
    """One row for each oligo, as makers take them: a name and a sequence; annealed oligos have two rows.

    Args:
        chosen: The guides; of guides of the same sequence the first is made.
        cloning: What stands around them.
    """
    guides = chosen.guides.drop_duplicates("sequence")
    names = unique_names(guides["guide"], guides["perturbation"])
    made = _oligos(guides["sequence"], cloning)
    upper = pd.DataFrame({"name": names, "sequence": made["oligo"]})
    if not cloning.annealed:
        return upper
    lower = pd.DataFrame({"name": [f"{name}_lower" for name in names], "sequence": made["lower_oligo"]})
    upper["name"] = [f"{name}_upper" for name in names]
    return pd.concat([upper, lower]).sort_index(kind="stable").reset_index(drop=True)


def unique_names(guides: Sequence[str] | pd.Series[str], perturbations: Sequence[str] | pd.Series[str]) -> list[str]:
    """Names of oligos: the guide's, with its perturbation before it where that does not say it; each once.

    Args:
        guides: Names of the guides in the library.
        perturbations: What they perturb.
    """
    seen: dict[str, int] = {}
    names = []
    for guide, perturbation in zip(guides, perturbations, strict=True):
        name = guide if perturbation.casefold() in guide.casefold() else f"{perturbation}_{guide}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def _oligos(sequences: pd.Series[str], cloning: Cloning) -> dict[str, list[str]]:
    made = {"oligo": [cloning.oligo(sequence) for sequence in sequences]}
    if cloning.annealed:
        made["lower_oligo"] = [cloning.lower_oligo(sequence) for sequence in sequences]
    return made


def pick_list(wells: pd.DataFrame) -> pd.DataFrame:
    """One row for each transfer, by source and then destination: what goes from where to where.

    Args:
        wells: As `tools.orders.plates.layout.laid_out` gives it; of several guides a well each is a transfer.
    """
    parts = wells.assign(
        **{name: wells[name].str.split("; ") for name in ("guide", "sequence", "source_plate", "source_well")}
    ).explode(["guide", "sequence", "source_plate", "source_well"])
    parts = parts.rename(columns={"plate": "destination_plate", "well": "destination_well"})
    parts = parts.assign(at=range(len(parts)))
    ordered = parts.sort_values(["source_plate", "source_well", "guide", "at"], kind="stable")
    ordered = ordered.assign(transfer=range(1, len(ordered) + 1))
    columns = (
        "transfer", "source_plate", "source_well", "destination_plate", "destination_well", "guide", "sequence",
        "perturbation", "kind", "replicate",
    )  # fmt: skip
    return ordered[list(columns)].reset_index(drop=True)
