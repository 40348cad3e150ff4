"""The public face of hitscout: the command line, and what a script imports.

Names are looked up when they are first used, so that importing this module costs next to nothing::

    import hitscout

    workspace = hitscout.Workspace.open()
    for screen in hitscout.screen_list(workspace):
        print(screen)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.assistant import Assistant as Assistant
    from db.errors import HitscoutError as HitscoutError
    from db.records import Question as Question
    from db.store import Store as Store
    from tools.benchmarks.biodiscovery import benchmark_biodiscovery as benchmark_biodiscovery
    from tools.benchmarks.cluster_names import benchmark_gene_sets as benchmark_gene_sets
    from tools.benchmarks.perturbqa import benchmark_perturbqa as benchmark_perturbqa
    from tools.benchmarks.suite import benchmark_suite as benchmark_suite
    from tools.campaigns.answers.explanation import explain_prediction as explain_prediction
    from tools.campaigns.answers.explanation import why_not as why_not
    from tools.campaigns.answers.hit_chances import predict_hits as predict_hits
    from tools.campaigns.listing import campaign_close as campaign_close
    from tools.campaigns.listing import campaign_list as campaign_list
    from tools.campaigns.listing import campaign_show as campaign_show
    from tools.campaigns.results.recording import campaign_record as campaign_record
    from tools.campaigns.results.review import campaign_review as campaign_review
    from tools.campaigns.rounds.grade import campaign_grade as campaign_grade
    from tools.campaigns.rounds.order_file import campaign_export as campaign_export
    from tools.campaigns.rounds.proposal import campaign_confirm as campaign_confirm
    from tools.campaigns.rounds.proposal import campaign_propose as campaign_propose
    from tools.campaigns.start.exclusions import campaign_exclude as campaign_exclude
    from tools.campaigns.start.question import campaign_question as campaign_question
    from tools.campaigns.start.start import campaign_start as campaign_start
    from tools.campaigns.start.start_and_propose import shortlist as shortlist
    from tools.enrichment.over_representation import over_representation as over_representation
    from tools.enrichment.over_representation import ranked_enrichment as ranked_enrichment
    from tools.evidence import open_evidence as open_evidence
    from tools.genes.card import gene_card as gene_card
    from tools.genes.card import resolve_genes as resolve_genes
    from tools.genes.sets.listing import gene_set_list as gene_set_list
    from tools.genes.sets.listing import gene_set_show as gene_set_show
    from tools.genes.texts.literature import literature_search as literature_search
    from tools.genes.texts.vectors import encode_gene_texts as encode_gene_texts
    from tools.packs.catalogue import fetch as fetch
    from tools.packs.catalogue import list_packs as list_packs
    from tools.prediction.similar_genes import similar_genes as similar_genes
    from tools.replays.replay import replay as replay
    from tools.responses.answers import predict_responses as predict_responses
    from tools.responses.tables import add_responses as add_responses
    from tools.responses.tables import response_list as response_list
    from tools.responses.tables import response_remove as response_remove
    from tools.screens.comparison import screen_compare as screen_compare
    from tools.screens.ingestion.adding import add_screen as add_screen
    from tools.screens.ingestion.replicate_adding import add_replicate as add_replicate
    from tools.screens.listing import screen_list as screen_list
    from tools.screens.listing import screen_remove as screen_remove
    from tools.screens.listing import screen_show as screen_show
    from tools.sql import sql_query as sql_query
    from tools.sql import sql_tables as sql_tables
    from tools.workspace import Progress as Progress
    from tools.workspace import Workspace as Workspace

_LAYERS = ("db", "tools", "agent", "tui")
_CLASSES = {
    "Assistant": "agent.assistant",
    "HitscoutError": "db.errors",
    "Question": "db.records",
    "Store": "db.store",
    "Progress": "tools.workspace",
    "Workspace": "tools.workspace",
}


def main() -> None:
    """Runs the command line; `hitscout` and `python -m hitscout` are the same."""
    in_the_way = _foreign_folder()
    if in_the_way:
        sys.stderr.write(f"Error: {in_the_way}\n")
        raise SystemExit(1)
    from tui.cli.main import run

    run()


def _foreign_folder() -> str:
    """A sentence on the folder or file that hides one of ours, or nothing where all four are ours."""
    from importlib.util import find_spec
    from pathlib import Path

    home = Path(__file__).resolve().parent
    for layer in _LAYERS:
        try:
            spec = find_spec(layer)
        except ValueError:
            # A module put into sys.modules by hand has no spec, and is not ours.
            spec = None
        found = Path(spec.origin).resolve() if spec and spec.origin else None
        if found == home / layer / "__init__.py":
            continue
        place = (found.parent if found.name == "__init__.py" else found) if found else f"a module named {layer!r}"
        return (
            f"{place} is in the way: Python finds it before hitscout's own {layer!r}. "
            "Use the installed command `hitscout`, run `python -P -m hitscout`, or start Python in another folder."
        )
    return ""


def __getattr__(name: str) -> Any:  # noqa: ANN401 – a class or a tool
    """The classes and tools of the public face, imported when they are first asked for."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    in_the_way = _foreign_folder()
    if in_the_way:
        raise ImportError(in_the_way)
    from importlib import import_module

    module = _CLASSES.get(name) or import_module("tools").module_of(name)
    if not module:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The names that a script may use."""
    from tools import names

    return sorted([*_CLASSES, *names(), "main"])


if __name__ == "__main__":
    main()
