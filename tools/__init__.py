"""What can be done: each tool is one function that the command line, the chat and the agent call alike.

`READING` tools change nothing; `WRITING` tools change the store, write a file or ask another machine, so that the agent
asks before it calls one. Both tuples are filled when first asked for, because importing every tool costs a second
that ``--help`` has not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

READING: tuple[Callable[..., Any], ...]
WRITING: tuple[Callable[..., Any], ...]

_READING = {
    "list_packs": "tools.packs.catalogue",
    "screen_list": "tools.screens.listing",
    "screen_show": "tools.screens.listing",
    "gene_card": "tools.genes.card",
    "over_representation": "tools.enrichment.over_representation",
    "ranked_enrichment": "tools.enrichment.over_representation",
    "response_list": "tools.responses.tables",
    "predict_responses": "tools.responses.answers",
    "open_evidence": "tools.evidence",
    "campaign_show": "tools.campaigns.listing",
    "campaign_list": "tools.campaigns.listing",
    "campaign_review": "tools.campaigns.results.review",
    "replay": "tools.replays.replay",
    "benchmark_biodiscovery": "tools.benchmarks.biodiscovery",
    "benchmark_suite": "tools.benchmarks.suite",
    "benchmark_perturbqa": "tools.benchmarks.perturbqa",
    "benchmark_gene_sets": "tools.benchmarks.cluster_names",
    "sql_query": "tools.sql",
    "sql_tables": "tools.sql",
    "gene_set_list": "tools.genes.sets.listing",
    "gene_set_show": "tools.genes.sets.listing",
    "similar_genes": "tools.prediction.similar_genes",
    "resolve_genes": "tools.genes.card",
    "predict_hits": "tools.campaigns.answers.hit_chances",
    "explain_prediction": "tools.campaigns.answers.explanation",
    "why_not": "tools.campaigns.answers.explanation",
    "screen_compare": "tools.screens.comparison",
    "diagnose": "tools.doctor",
}
_WRITING = {
    "fetch": "tools.packs.catalogue",
    "add_screen": "tools.screens.ingestion.adding",
    "add_replicate": "tools.screens.ingestion.replicate_adding",
    "screen_remove": "tools.screens.listing",
    "encode_gene_texts": "tools.genes.texts.vectors",
    "add_responses": "tools.responses.tables",
    "response_remove": "tools.responses.tables",
    "literature_search": "tools.genes.texts.literature",
    "campaign_start": "tools.campaigns.start.start",
    "campaign_question": "tools.campaigns.start.question",
    "campaign_exclude": "tools.campaigns.start.exclusions",
    "campaign_propose": "tools.campaigns.rounds.proposal",
    "campaign_grade": "tools.campaigns.rounds.grade",
    "campaign_confirm": "tools.campaigns.rounds.proposal",
    "campaign_record": "tools.campaigns.results.recording",
    "campaign_export": "tools.campaigns.rounds.order_file",
    "campaign_close": "tools.campaigns.listing",
    "shortlist": "tools.campaigns.start.start_and_propose",
    "demo": "tools.demo",
    "mend": "tools.doctor",
}


def names() -> list[str]:
    """The names of all tools, reading ones first."""
    return [*_READING, *_WRITING]


def module_of(name: str) -> str:
    """The module that defines a tool; empty where there is no such tool.

    Args:
        name: Name of the tool's function.
    """
    return _READING.get(name) or _WRITING.get(name) or ""


def __getattr__(name: str) -> tuple[Callable[..., Any], ...]:
    """`READING` and `WRITING`, imported when they are first asked for."""
    if name not in ("READING", "WRITING"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    table = _READING if name == "READING" else _WRITING
    tools = tuple(getattr(import_module(module), tool) for tool, module in table.items())
    globals()[name] = tools
    return tools
