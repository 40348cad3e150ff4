"""The sign of a screen: what positive means in a file, turned so that positive raises the phenotype, and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

import pandas as pd

from db.acts import option
from db.errors import ConflictError, NeedsChoiceError, check_word
from db.records import UNSIGNED, Modality
from tools.screens.ingestion.replicates import combined_and_single
from tools.screens.ingestion.sorted_rows import SortedRows
from tools.screens.tables.reading import Meaning

STRONG = 0.05
"""The readout gene's own effect speaks when it is among this share of the strongest."""
DECLARED = "declared with --positive-means"
"""How a declared sign is known; stores keep it with a contrast."""
UNSIGNED_EVIDENCE = "declared unsigned: effects say how strong, not which way"
"""What stores keep with a contrast whose file has no sign."""


@dataclass(frozen=True)
class OwnEffect:
    """What perturbing the readout gene itself did.

    Attributes:
        gene: The readout gene.
        estimate: Its effect.
        rank: Its place by absolute value, 1 for the strongest.
        measured: Number of perturbations that were measured.
    """

    gene: str
    estimate: float
    rank: int
    measured: int

    @property
    def strong(self) -> bool:
        """Whether it is among the strongest 5 % (of a small table, at least the strongest one)."""
        return self.rank <= max(1.0, STRONG * self.measured)

    def __str__(self) -> str:
        return f"{self.gene} itself has {self.estimate:+.3g}, number {self.rank} of {self.measured} by size"


@dataclass(frozen=True)
class SignedRows:
    """Rows in which positive raises the phenotype.

    Attributes:
        rows: The combined rows, one for each perturbation and with an empty replicate, and then the single ones where
            there is more than one replicate.
        controls: The rows of negative controls.
        meaning: What positive meant in the file.
        evidence: How that is known, and what the readout gene says.
    """

    rows: pd.DataFrame
    controls: pd.DataFrame
    meaning: Meaning
    evidence: str


def signed_rows(
    found: SortedRows, given: str, of_file: Meaning | None, readout_gene: str, modality: Modality, file_name: str
) -> SignedRows:
    """Combines replicates, finds what positive means, and turns and checks the sign.

    Args:
        found: Rows with their perturbation, at most one for each perturbation and replicate, and controls.
        given: ``raises``, ``lowers`` or empty, as the user or the pack says.
        of_file: What the format itself says, or None.
        readout_gene: Approved symbol of the readout gene, or empty.
        modality: How genes were perturbed.
        file_name: Name of the file, for messages.

    Raises:
        InvalidValueError: `given` is another word.
        ConflictError: The file or the readout gene's own effect says the contrary of what was given.
        NeedsChoiceError: Nothing says what positive means.
    """
    combined, single = combined_and_single(found.rows)
    if given == UNSIGNED:
        readout_gene = _unsigned(combined, file_name)
    meaning, evidence = find_meaning(given, of_file, own_effect(combined, readout_gene), modality, file_name)
    combined = harmonise(combined, meaning)
    evidence = check_own_effect(own_effect(combined, readout_gene), modality, evidence, file_name)
    both = pd.concat([combined, harmonise(single, meaning)]) if len(single) else combined
    return SignedRows(both, harmonise(found.controls, meaning), meaning, evidence)


def _unsigned(rows: pd.DataFrame, file_name: str) -> str:
    """Refuses signed rows; no readout gene, since no gene's own effect can speak for a sign that is not there."""
    if below := int((rows["estimate"] < 0).sum()):
        raise ConflictError(
            f"{option(positive_means=UNSIGNED)} was given, but {below:,} effects of {file_name} are below zero.",
            f"Say what positive means: {option(positive_means='raises')} or {option(positive_means='lowers')}.",
        )
    return ""


def own_effect(rows: pd.DataFrame, readout_gene: str) -> OwnEffect | None:
    """The effect of perturbing the readout gene itself, or None where it was not targeted.

    Args:
        rows: Columns perturbation and estimate, one row for each perturbation.
        readout_gene: Its approved symbol; empty where there is none.
    """
    own = rows.loc[rows["perturbation"] == readout_gene, "estimate"]
    if not readout_gene or own.empty:
        return None
    estimate = float(own.iloc[0])
    rank = int((rows["estimate"].abs() > abs(estimate)).sum()) + 1
    return OwnEffect(readout_gene, estimate, rank, len(rows))


def find_meaning(
    given: str, of_file: Meaning | None, own: OwnEffect | None, modality: Modality, file_name: str
) -> tuple[Meaning, str]:
    """What a positive value of the file means, and how that is known; never guessed.

    Args:
        given: ``raises``, ``lowers``, ``unsigned`` or empty, as the user or the pack says.
        of_file: What the format itself says, or None.
        own: The readout gene's own effect with the file's sign, for the question that is asked.
        modality: How genes were perturbed.
        file_name: Name of the file, for messages.

    Raises:
        InvalidValueError: `given` is another word.
        ConflictError: The file says the contrary of what was given.
        NeedsChoiceError: Nothing says it.
    """
    check_word("meaning of a positive value", given, ("", *get_args(Meaning)))
    if given and of_file and given != of_file:
        raise ConflictError(
            f"{option(positive_means=given)} was given, but the format of {file_name} says that positive {of_file}.",
            f"Leave {option('positive_means')} out.",
        )
    if given:
        return cast("Meaning", given), UNSIGNED_EVIDENCE if given == UNSIGNED else DECLARED
    if of_file:
        return of_file, "the file's format says it"
    raise NeedsChoiceError(
        f"{file_name} does not say whether positive means that a perturbation raises or lowers the phenotype.",
        f"Give {option(positive_means='raises')} or {option(positive_means='lowers')}; scores without a sign are"
        f" {option(positive_means=UNSIGNED)}.{_hint(own, modality)}",
    )


def _hint(own: OwnEffect | None, modality: Modality) -> str:
    if own is None or not own.strong or not modality:
        return ""
    lowering = modality != "activation"
    meaning = "raises" if (own.estimate < 0) == lowering else "lowers"
    return f" {own}; with {modality} of it that speaks for {option(positive_means=meaning)}."


def harmonise(rows: pd.DataFrame, meaning: Meaning) -> pd.DataFrame:
    """Turns the sign so that a positive estimate means that the perturbation raises the phenotype.

    Args:
        rows: Columns estimate and, if there, p_low, p_high, fdr_low, fdr_high.
        meaning: What positive means in `rows`.

    Returns:
        New rows: as they were, or, where positive meant lowers, with the sign of estimates changed and low and high in
        each other's place.
    """
    if meaning != "lowers":
        return rows.copy()
    swapped = rows.rename(columns={"p_low": "p_high", "p_high": "p_low", "fdr_low": "fdr_high", "fdr_high": "fdr_low"})[
        list(rows.columns)
    ]
    # Adding 0 keeps a zero from becoming -0.
    return swapped.assign(estimate=-swapped["estimate"] + 0.0)


def check_own_effect(own: OwnEffect | None, modality: Modality, evidence: str, file_name: str) -> str:
    """Holds the readout gene's own harmonised effect against the declared sign.

    Args:
        own: Its harmonised effect, or None where it was not targeted.
        modality: How genes were perturbed: knockout and interference of the readout gene must lower the phenotype,
            activation must raise it.
        evidence: How the sign is known.
        file_name: Name of the file, for messages.

    Returns:
        The evidence, with what the readout gene adds to it.

    Raises:
        ConflictError: The readout gene's own effect is strong and on the wrong side.
    """
    if own is None:
        return evidence
    if not modality:
        return f"{evidence}; not checked on {own.gene}, because the modality is not declared"
    wanted = "raise" if modality == "activation" else "lower"
    agrees = (own.estimate > 0) == (wanted == "raise")
    if agrees:
        return f"{evidence}; {own}, as {modality} of the readout gene should"
    if own.strong:
        known = evidence.replace(DECLARED, f"declared with {option('positive_means')}")
        raise ConflictError(
            f"The sign of {file_name} contradicts its readout gene: {modality} of {own.gene} must {wanted} the"
            f" phenotype, but with this sign ({known}) {own}.",
            f"Check {option('positive_means')} (the other word turns the sign), {option('modality')} and"
            f" {option('readout_gene')}.",
        )
    return f"{evidence}; {own}: on the other side than expected, but weak"
