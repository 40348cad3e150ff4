"""What is said of a screen when its file is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.records import Modality, Side
from tools.parameters import Parameters


@dataclass(frozen=True)
class ScreenDescription(Parameters):
    """What a screen is, as far as its file does not say it.

    Attributes:
        phenotype: The biology asked about, such as ``IFNG production``.
        name: Name of the screen; the file's name where empty.
        study: The publication or project. Copies and siblings of a screen are known by it, so a screen without a
            study is no prior in a replay.
        organism: ``human`` or ``mouse``; by how the names are written where empty.
        cell_type: Cell type or line.
        modality: ``knockout``, ``interference`` or ``activation``.
        condition: What else the cells were given.
        library: Name of the guide library.
        readout: How the phenotype was measured, such as ``FACS, intracellular staining``.
        readout_gene: The gene whose expression was measured; its own effect checks the sign.
        text: The task in words; the file's own words where empty and the file has some.
        hit_rule: Such as ``fdr<0.05``, ``top 5%`` or ``lfc<-1 & fdr<0.1``; by what the table has where empty. Bounds
            are on the harmonised effect, where positive raises the phenotype.
        side: Side on which hits lie: ``low`` (the phenotype is lowered), ``high`` (raised) or ``both``; that of the
            evidence for Bayes factors, which know one side only.
        citation: Citation of the study.
        licence: Licence of the data.
    """

    phenotype: str
    name: str = ""
    study: str = ""
    organism: Literal["human", "mouse", ""] = ""
    cell_type: str = ""
    modality: Modality = ""
    condition: str = ""
    library: str = ""
    readout: str = ""
    readout_gene: str = ""
    text: str = ""
    hit_rule: str = ""
    side: Side = "both"
    citation: str = ""
    licence: str = ""
