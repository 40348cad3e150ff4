"""What each tool's result shows of itself at each level of sharing: the one place where that is declared.

A result is looked up by its class, so tools that give the same thing show the same of it. What is not declared here is
withheld below ``rows``, whatever it is: a new field is private until someone says that it is not.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

import tools

EVERYTHING = "*"
"""Stands for a whole result, or for each key of a mapping."""


@dataclass(frozen=True)
class Summary:
    """What a result shows below ``rows``, as paths of its JSON such as ``screen.name``; lists are walked through.

    Attributes:
        names: Shown from ``names`` on: names and ids.
        figures: Shown from ``summaries`` on: probabilities, verdicts, ranked names, counts, figures of a whole, and
            texts of the store.
        sentences: Shown from ``summaries`` on without their measured numbers.
        pages: The long list, which an assistant reads page by page; ``.`` where the result itself is the list.
        limit: The tool's own argument that says how many items it gives; empty where it gives all.
        rounds: The list of rounds, of which an assistant may ask for one.
    """

    names: str = ""
    figures: str = ""
    sentences: str = ""
    pages: str = ""
    limit: str = ""
    rounds: str = ""


def _in(place: str, fields: str) -> str:
    return " ".join(f"{place}.{field}" for field in fields.split())


_SCREEN_NAMES = "id name study organism cell_type modality"
_SCREEN_FIGURES = "phenotype condition library method readout readout_gene text hit_rule side"
_CONTEXT_NAMES = "name study organism cell_type modality"
_CONTEXT_FIGURES = "condition readout_kind perturbations readouts rows"
_CELL_SET_NAMES = "name study organism label_column donor_column"
_CELL_SET_FIGURES = "id layer scale format cells labels genes placed ingest_id"
_NOTED = _in("kept_aside", "reason rows") + " " + _in("flags", "reason rows")
_QUESTION = (
    "phenotype organism cell_type readout direction modality hit_rule text study screen_weights gene_sets"
    " positive_controls"
)
_SETTINGS = "size mode guides_per_gene coverage price flag_essential min_tpm mode_reasons"
_NOMINATION_NAMES = "perturbation target_genes"
_NOMINATION_FIGURES = "rank hit_probability low high utility support by flags grade evidence outcome"
_SLOTS = "share places filled why least_grade graded_by graded changes agreed probability_weight"
_SHORTLIST = "size expected_hits controls predictor excluded_screens basis doubt random_probability"
_NOMINATIONS = _in("nominations", _NOMINATION_FIGURES)
_ADDED = Summary(
    names=_in("screen", _SCREEN_NAMES),
    figures=f"{_in('screen', _SCREEN_FIGURES)} {_NOTED} contrasts ingest_id already_present reader rows_read effects"
    " replicates hits",
)
_LISTED_REPORT = Summary(names=_in("screens", "name study"), figures=EVERYTHING)

SUMMARIES: Mapping[str, Summary] = {
    # Packs and screens
    "PackSummary": Summary(names="name", figures=EVERYTHING, pages="."),
    "FetchReport": Summary(names=_in("packs", "name state"), figures=EVERYTHING),
    "ListedScreen": Summary(
        names=_in("screen", _SCREEN_NAMES),
        figures=f"{_in('screen', _SCREEN_FIGURES)} perturbations hits positive_means",
        pages=".",
    ),
    "ShownScreen": Summary(
        names=f"{_in('screen', _SCREEN_NAMES)} contrasts.name",
        figures=f"{_in('screen', _SCREEN_FIGURES)} {_NOTED} "
        + _in("contrasts", "id estimate_kind positive_means test_arm control_arm")
        + " source added_at "
        + _in("quality", "perturbations replicates guides_median guides_least guides_most controls controls_median")
        + " "
        + _in("quality", "controls_mad readout.gene readout.measured essentials hits_low hits_high kept_aside flagged")
        + " lowest.0 highest.0",
    ),
    "Screen": Summary(names=_SCREEN_NAMES, figures=_SCREEN_FIGURES),
    "ScreenComparison": Summary(
        names="first second",
        figures="relation shared spearman spearman_p spearman_size first_hits second_hits both expected p same_sign"
        " opposite_sign signed notes hits.perturbation hits.evidence direction agreeing expected_agreeing agreeing_p"
        " discordant.perturbation discordant.evidence",
        pages="hits",
    ),
    "ValidationReport": Summary(
        names=_in("directions", "screen chosen_from judged_on"),
        figures="rows weights weights_without_p seconds " + _in("directions", "foretold seen calibration_error"),
    ),
    "Validation": Summary(
        names="screen out",
        figures="measured size specific expected expected_by_effect expected_at_random notes "
        + _in("genes", "rank perturbation chance fitness evidence"),
        pages="genes",
    ),
    "ScreenHits": Summary(
        names="screen",
        figures="phenotype hit_rule side measured found raising lowering fitness matching notes "
        + _in("hits", "rank perturbation direction flags evidence"),
        pages="hits",
    ),
    "MergedScreen": Summary(
        names=_in("screen", _SCREEN_NAMES) + " merged",
        figures=f"{_in('screen', _SCREEN_FIGURES)} method how perturbations hits hits_of agreement kept_aside"
        " already_present",
    ),
    "ExportedScreen": Summary(names="path screen", figures="format perturbations rows controls notes"),
    "CommonHits": Summary(
        names="screens",
        figures="at_least measured hits_of found expected p same opposite matching notes "
        + _in("hits", "perturbation screens hit_in direction flags evidence"),
        pages="hits",
    ),
    "AddedScreen": _ADDED,
    "AddedPerturbSeq": Summary(
        names=_in("screen", _SCREEN_NAMES) + " " + _in("context", _CONTEXT_NAMES),
        figures=f"{_in('screen', _SCREEN_FIGURES)} {_in('context', _CONTEXT_FIGURES)} {_NOTED} ingest_id"
        " already_present effects hits sampled_cells "
        + _in("quality", "cells_read cells_used controls genes tested stratum_columns strata several_guides")
        + " "
        + _in("quality", "targets target_share moved agreement"),
    ),
    # Genes
    "GeneCard": Summary(
        names="symbol name organism previous aliases gene_sets.collection gene_sets.name neighbours.symbol",
        figures="locus_type identifiers orthologs essential_in properties gene_set_count gene_sets neighbours"
        " effect_count summaries "
        + _in("effects", "screen phenotype cell_type modality estimate_kind signed evidence"),
        pages="effects",
    ),
    "GeneSetList": Summary(
        names=f"gene {_in('sets', 'collection name')}", figures="collections found sets", pages="sets", limit="most"
    ),
    "ShownSet": Summary(names="collection name genes", figures="description size evidence", pages="genes"),
    "NameReport": Summary(
        names="genes " + _in("unresolved", "name status choices near"), figures="counts unresolved.detail"
    ),
    "EncodedTexts": Summary(names="encoder", figures=EVERYTHING),
    "Literature": Summary(names="query publications.title", figures=EVERYTHING, pages="publications", limit="size"),
    "OverRepresentation": Summary(
        names=_in("sets", "collection name evidence"), figures=EVERYTHING, pages="sets", limit="top"
    ),
    "RankedEnrichment": Summary(
        names=_in("sets", "collection name evidence"), figures=EVERYTHING, pages="sets", limit="top"
    ),
    "SimilarGenes": Summary(
        names="symbol organism neighbours.symbol", figures=EVERYTHING, pages="neighbours", limit="size"
    ),
    # Responses
    "ResponseContext": Summary(names=_CONTEXT_NAMES, figures=_CONTEXT_FIGURES),
    "PredictedResponses": Summary(
        names=f"context {_in('answers', 'perturbation readout')}",
        figures="cell_type modality learnt_from responses asked missing notes "
        + _in("answers", "probability_de probability_up support support_level")
        + " "
        + _in("answers.neighbours", "evidence perturbation readout weight")
        + " "
        + _in("answers.measured", "evidence context"),
        pages="answers",
        limit="top",
    ),
    "PredictedExpression": Summary(
        names="perturbation within learnt_from changes.readout",
        figures="predictor perturbations readouts seen missing notes "
        + _in("changes", "mean sd average perturbed")
        + " "
        + _in("changes.measured", "table evidence")
        + " "
        + _in("neighbours", "perturbation weight evidence")
        + " "
        + _in("profiles", "table seen readouts pearson beyond_average"),
        pages="changes",
        limit="top",
    ),
    "PredictedSignature": Summary(
        names="signature within learnt_from perturbations.perturbation",
        figures="genes used predictor candidates untold measured spearman average missing notes "
        + _in("perturbations", "rank side score sd told"),
        pages="perturbations",
        limit="top",
    ),
    "ExportedSignature": Summary(names="path", figures="rows"),
    "SampledExpression": Summary(
        names="path " + _in("prediction", "perturbation within learnt_from"),
        figures="cells " + _in("prediction", "predictor seen notes"),
    ),
    "CellSet": Summary(names=_CELL_SET_NAMES, figures=_CELL_SET_FIGURES, pages="."),
    "ShownCells": Summary(
        names=f"{_in('cells', _CELL_SET_NAMES)} columns source",
        figures=f"{_in('cells', _CELL_SET_FIGURES)} labels.* donors.* unlabelled unplaced added_at remarks "
        + _in("flags", "reason rows"),
    ),
    "AddedCells": Summary(
        names=f"{_in('shown.cells', _CELL_SET_NAMES)} shown.columns shown.source",
        figures=f"{_in('shown.cells', _CELL_SET_FIGURES)} shown.labels.* shown.donors.* shown.unlabelled"
        f" shown.unplaced shown.added_at shown.remarks already_present {_in('shown.flags', 'reason rows')}",
    ),
    "AnnotatedCells": Summary(
        names="file reference organism reference_organism out labels.label confusion.label",
        figures="genes vectors head cells unlike rule accuracy macro_f1 held_out_accuracy temperature notes "
        + _in("labels", "reference_cells cells probability genes sets description")
        + " "
        + _in("confusion", "known cells named.*"),
    ),
    "NamedClusters": Summary(
        names="file organism out clusters.cluster clusters.label confusion.label",
        figures="cells clustered_by by named accuracy notes "
        + _in("clusters", "cells genes reason evidence sets description")
        + " "
        + _in("confusion", "known cells named.*"),
    ),
    "EmbeddedCells": Summary(names="file organism out", figures="cells vectors dimensions labels notes"),
    "PlottedCells": Summary(names="file by out", figures="cells vectors method kinds.* notes"),
    "PlottedNames": Summary(names="file reference out", figures="cells accuracy macro_f1 kind notes"),
    "WrittenReport": Summary(names="files title", figures="sections megabytes", sentences="pictures"),
    "DrawnPicture": Summary(names="out named unnamed", figures="kind shown notes", sentences="title told"),
    "GeneSummary": Summary(names="gene", figures=EVERYTHING),
    "ExplainedResponse": Summary(
        names=f"context {_in('predicted', 'perturbation readout')} summaries.gene",
        figures="cell_type notes summaries "
        + _in("predicted", "probability_de probability_up support support_level")
        + " "
        + _in("verdicts", "task question verdict share by draws.verdict draws.vote draws.cited draws.invented")
        + " "
        + _in("verdicts.draws.rows", "evidence perturbation readout"),
    ),
    "AddedResponses": Summary(
        names=_in("context", _CONTEXT_NAMES),
        figures=f"{_in('context', _CONTEXT_FIGURES)} {_NOTED} ingest_id already_present responding raised rule",
    ),
    # Campaigns
    "CampaignShow": Summary(
        names="campaign.id campaign.name rounds.number rounds.state " + _in("rounds.nominations", _NOMINATION_NAMES),
        figures=f"{_in('campaign.question', _QUESTION)} {_in('campaign.settings', _SETTINGS)} campaign.created_at"
        " campaign.closed_at library_size measured excluded candidates results transcripts rounds.seed"
        f" {_in('rounds.shortlist', _SHORTLIST)} {_in('rounds.shortlist.slots', _SLOTS)}"
        f" rounds.created_at rounds.confirmed_at rounds.measured_at {_in('rounds.nominations', _NOMINATION_FIGURES)}",
        pages="rounds.nominations",
        rounds="rounds",
    ),
    "CampaignLine": Summary(names="name", figures=EVERYTHING),
    "CampaignStart": Summary(
        names="campaign.id campaign.name",
        figures=f"{_in('campaign.question', _QUESTION)} {_in('campaign.settings', _SETTINGS)} library_size measured"
        " candidates earlier_screens notes",
    ),
    "Question": Summary(names="organism cell_type study gene_sets positive_controls", figures=EVERYTHING),
    "Exclusion": Summary(names="campaign excluded", figures=EVERYTHING),
    "Shortlist": Summary(
        names=f"campaign round {_in('nominations', _NOMINATION_NAMES)}",
        figures=f"seed size expected_hits controls notes {_NOMINATIONS} {_in('slots', _SLOTS)}",
        pages="nominations",
    ),
    "Graded": Summary(names="campaign perturbation", figures=EVERYTHING),
    "Recorded": Summary(
        names="campaign",
        figures="round revision measured missing dropped others lost placement hits rule recognised "
        + _in("notes", "reason kept_aside"),
    ),
    "NextRound": Summary(
        names=f"recorded.campaign shortlist.campaign shortlist.round {_in('shortlist.nominations', _NOMINATION_NAMES)}",
        figures="review stopped "
        + _in("recorded", "round revision measured missing dropped others lost placement hits rule recognised")
        + " "
        + _in("shortlist", "seed size expected_hits controls notes")
        + " "
        + _in("shortlist.nominations", _NOMINATION_FIGURES),
        pages="shortlist.nominations",
    ),
    "Preregistered": Summary(
        names="path campaign", figures="round size list_sha256 sha256 hit_rule side expected_hits"
    ),
    "Exported": Summary(names="path", figures=EVERYTHING),
    "OrderedGuides": Summary(names="path campaign library without_guides", figures=EVERYTHING),
    "RoundCosts": Summary(names="campaign", figures=EVERYTHING),
    "Review": Summary(names="campaign", figures=EVERYTHING),
    "HitPredictions": Summary(
        names=f"campaign {_in('genes', 'name perturbation')}",
        figures="phenotype hit_rule candidates base_rate ignored "
        + _in("genes", "hit_probability low high support rank evidence"),
        sentences="genes.note",
        pages="genes",
    ),
    "Explanation": Summary(
        names="campaign perturbation",
        figures="candidate rank candidates hit_probability low high support base_rate parts screens facts.evidence"
        " facts.against effects_elsewhere.evidence effects_elsewhere.against",
        sentences="verdict",
    ),
    "WhyNot": Summary(
        names="campaign perturbation",
        figures="on_the_list rank size hit_probability last_probability evidence facts.evidence facts.against",
        sentences="verdict against",
    ),
    # Replays and benchmarks: figures of whole screens
    "ReplayReport": _LISTED_REPORT,
    "SuiteReport": _LISTED_REPORT,
    "QuestionsReport": Summary(figures=EVERYTHING, pages="questions"),
    "PerturbqaReport": Summary(names="lines.line", figures=EVERYTHING),
    "ReasoningReport": Summary(names="lines.line", figures=EVERYTHING),
    "GeneSetReport": Summary(figures=EVERYTHING),
    "ExpressionReport": Summary(names="sets.name", figures=EVERYTHING),
    "SignaturesReport": Summary(names="sets.name", figures=EVERYTHING),
    "CellsReport": Summary(names="sets.name", figures=EVERYTHING),
    "Demo": Summary(
        names="path", figures="essentials replay remarks seconds " + _in("shortlist", "campaign round size")
    ),
    # Designs: figures of a whole, told from none of its rows
    "ScreenDesign": Summary(figures=EVERYTHING),
    "DetectableEffect": Summary(names="screen", figures=EVERYTHING),
    "PerturbSeqDesign": Summary(figures=EVERYTHING),
    "DrawnScreenDesign": Summary(names="path", figures=EVERYTHING),
    "DrawnDetectableEffect": Summary(names="path found.screen", figures=EVERYTHING),
    "DrawnPerturbSeqDesign": Summary(names="path", figures=EVERYTHING),
    # The store itself: what these open is a row, whatever its form
    "Evidence": Summary(names="id", figures=f"kind {_in('sources', 'ingest name')}"),
    "SqlRows": Summary(figures="truncated", pages="rows"),
    "SqlTable": Summary(names="name", figures=EVERYTHING),
    "Undone": Summary(names="act", figures="at rows_gone rows_back only_looked"),
    "Diagnosis": Summary(names=_in("findings", "about state"), figures=EVERYTHING),
}
"""Name of each result's class → what it shows."""


def result_class(tool: str) -> str:
    """Name of the class of a tool's result, or of each item where it gives several; empty where there is no such tool.

    Args:
        tool: Name of the tool.
    """
    module = tools.module_of(tool)
    if not module:
        return ""
    function = getattr(import_module(module, tools.__name__), tool)
    hint = typing.get_type_hints(function)["return"]
    found: Any = hint if is_dataclass(hint) else typing.get_args(hint)[0]
    return str(found.__name__)


@cache
def summary_of(tool: str) -> Summary:
    """What a tool's result shows below ``rows``; nothing where that is declared nowhere.

    Args:
        tool: Name of the tool.
    """
    return SUMMARIES.get(result_class(tool), Summary())
