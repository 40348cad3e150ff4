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
    "list_packs": "tools.catalogue",
    "screen_list": "tools.screens",
    "screen_show": "tools.screens",
    "gene_card": "tools.genes",
    "over_representation": "tools.enrichment",
    "ranked_enrichment": "tools.enrichment",
    "response_list": "tools.response_tables",
    "predict_responses": "tools.responses",
    "open_evidence": "tools.evidence",
    "campaign_show": "tools.campaigns",
    "campaign_list": "tools.campaigns",
    "campaign_review": "tools.reviews",
    "replay": "tools.replay",
    "benchmark_biodiscovery": "tools.benchmarks",
    "benchmark_suite": "tools.suite",
    "benchmark_perturbqa": "tools.perturbqa",
    "benchmark_gene_sets": "tools.gene_set_questions",
    "sql_query": "tools.sql",
    "sql_tables": "tools.sql",
    "gene_set_list": "tools.gene_sets",
    "gene_set_show": "tools.gene_sets",
    "similar_genes": "tools.similar",
    "resolve_genes": "tools.genes",
    "predict_hits": "tools.chances",
    "explain_prediction": "tools.explanations",
    "why_not": "tools.explanations",
    "screen_compare": "tools.comparisons",
    "diagnose": "tools.doctor",
}
_WRITING = {
    "fetch": "tools.catalogue",
    "add_screen": "tools.ingestion",
    "add_replicate": "tools.added_replicates",
    "screen_remove": "tools.screens",
    "encode_gene_texts": "tools.text_vectors",
    "add_responses": "tools.response_tables",
    "response_remove": "tools.response_tables",
    "literature_search": "tools.literature",
    "campaign_start": "tools.campaigns",
    "campaign_question": "tools.campaigns",
    "campaign_exclude": "tools.campaigns",
    "campaign_propose": "tools.proposals",
    "campaign_grade": "tools.proposals",
    "campaign_confirm": "tools.proposals",
    "campaign_record": "tools.results",
    "campaign_export": "tools.exports",
    "campaign_close": "tools.campaigns",
    "shortlist": "tools.shortlists",
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
