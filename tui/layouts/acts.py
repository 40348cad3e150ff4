"""Acts in the words of the command line and of the chat: texts name a tool as a script writes it (`db.acts`)."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

COMMANDS: Mapping[str, str] = {
    "list_packs": "fetch --list", "fetch": "fetch", "add_screen": "screen add", "add_replicate": "screen add",
    "add_perturb_seq": "screen add",
    "screen_list": "screen list", "screen_show": "screen show", "screen_compare": "screen compare",
    "screen_hits": "screen hits", "shared_hits": "screen hits", "screen_validate": "screen validate",
    "validation_export": "screen validate", "benchmark_validation": "benchmark validation",
    "screen_merge": "screen merge", "screen_export": "screen export",
    "screen_remove": "screen remove", "gene_card": "gene", "resolve_genes": "resolve", "gene_set_list": "gene-set list",
    "gene_set_show": "gene-set show", "encode_gene_texts": "encode", "literature_search": "literature",
    "over_representation": "enrich", "ranked_enrichment": "enrich", "similar_genes": "similar",
    "response_list": "response list", "predict_responses": "respond", "explain_response": "respond --why",
    "gene_summary": "gene --summary", "add_responses": "response add", "response_remove": "response remove",
    "predict_expression": "predict-expression", "sample_expression": "predict-expression",
    "predict_signature": "predict-signature", "signature_export": "predict-signature",
    "campaign_start": "campaign start", "campaign_question": "campaign question",
    "campaign_exclude": "campaign exclude", "campaign_propose": "campaign propose", "campaign_grade": "campaign grade",
    "campaign_confirm": "campaign confirm", "campaign_preregister": "campaign preregister",
    "campaign_record": "campaign record", "campaign_review": "campaign review",
    "campaign_next": "campaign next",
    "campaign_export": "campaign export", "campaign_show": "campaign show", "campaign_list": "campaign list",
    "campaign_close": "campaign close",
    "order_guides": "campaign export", "campaign_costs": "campaign costs", "shortlist": "shortlist",
    "predict_hits": "predict",
    "explain_prediction": "campaign explain", "why_not": "campaign why-not", "replay": "replay",
    "benchmark_biodiscovery": "benchmark biodiscovery", "benchmark_suite": "benchmark suite",
    "benchmark_perturbqa": "benchmark perturbqa", "benchmark_gene_sets": "benchmark perturbqa",
    "benchmark_reasoning": "benchmark perturbqa",
    "benchmark_questions": "benchmark questions", "benchmark_expression": "benchmark expression",
    "benchmark_signatures": "benchmark signatures", "benchmark_cells": "benchmark cells",
    "add_cells": "cells add", "cells_list": "cells list", "cells_show": "cells show", "cells_remove": "cells remove",
    "annotate_cells": "cells annotate", "annotate_by_markers": "cells annotate --markers",
    "embed_cells": "cells embed", "plot_cells": "cells plot", "plot_named_cells": "cells plot",
    "design_screen": "design screen", "draw_screen_design": "design screen",
    "detectable_effect": "design detectable", "draw_detectable_effect": "design detectable",
    "design_perturb_seq": "design perturb-seq", "draw_perturb_seq_design": "design perturb-seq",
    "plot_volcano": "plot volcano", "plot_rank": "plot rank", "plot_replicates": "plot replicates",
    "plot_controls": "plot controls", "plot_progress": "plot progress", "plot_reliability": "plot reliability",
    "plot_sets": "plot sets", "plot_gene": "plot gene", "plot_screens": "plot screens", "plot_plate": "plot plate",
    "write_report": "report",
    "open_evidence": "evidence", "sql_query": "sql", "sql_tables": "sql --tables", "demo": "demo",
    "diagnose": "doctor", "undo": "undo", "mend": "doctor --mend", "ask": "ask", "dry_run": "ask --dry-run",
    "transcript_list": "transcript list",
}  # fmt: skip
"""Tool → the command that calls it."""
OPTIONS: Mapping[str, str] = {
    "agree": "--yes", "changes": "--set", "collections": "--collection", "columns": "--map",
    "language_model": "--model", "positive_controls": "--positive-control", "replicate_files": "--replicate",
    "store_path": "--store", "values": "--value", "campaign_start.text": "--question",
    "predict_hits.text": "--question", "shortlist.text": "--question", "add_replicate.screen": "--replicate-of",
    "contexts": "--context", "sources": "--source", "signature_contexts": "--signature-context",
    "predict_signature.genes": "--gene", "plot_volcano.genes": "--gene", "plot_rank.genes": "--gene",
    "screen_merge.name": "--name", "campaign_next.file": "--results", "order_guides.library": "--guides",
    "form": "--as", "economics": "--as", "ordered_controls": "--controls",
}  # fmt: skip
"""Argument, or tool and argument → the option's name, where that is another word."""
LEADING: Mapping[str, str] = {
    "campaign_exclude": "name", "campaign_export": "name", "campaign_grade": "name", "campaign_record": "name",
    "campaign_preregister": "name", "order_guides": "name",
    "explain_prediction": "campaign", "why_not": "campaign",
}  # fmt: skip
"""Tool → the argument that is the first word of its command, where a script gives it by name."""
SENTENCES = frozenset(
    {"answer", "detail", "message", "notes", "problem", "remarks", "remedy", "suggestion", "summary", "warnings"}
)
"""Keys of results whose values speak to a person."""
SLASHES: Mapping[str, str] = {
    "campaign_propose": "/propose", "gene_card": "/gene", "explain_prediction": "/why", "why_not": "/whynot",
    "similar_genes": "/similar", "over_representation": "/enrich", "screen_list": "/screens", "screen_show": "/screens",
    "literature_search": "/papers", "open_evidence": "/evidence", "sql_query": "/sql", "campaign_review": "/review",
    "campaign_exclude": "/exclude", "campaign_grade": "/grade", "campaign_confirm": "/confirm",
    "campaign_export": "/export", "campaign_start": "/start", "campaign_show": "/campaign", "demo": "/demo",
}  # fmt: skip
"""Tool → the slash command of the chat that calls it."""

_GIVEN = r"""(?<![\w`])(?P<mark>['"])(?:\\.|(?!(?P=mark))[^\\\n])*(?P=mark)(?!\w)"""
_QUOTED = re.compile(rf"{_GIVEN}|(?<![^\s(])`(?P<act>[a-z_]+\([^`]*\)|[a-z_]+=[^`]*)`(?![^\s.,:;?!)])")
"""An act stands as a word of its own; what a user gave and a message repeats stands in quotes, or is part of a path.

What stands in quotes is passed over whole, whatever it holds; an apostrophe within a word opens none.
"""
_STARTED_WITH = frozenset({"agree", "language_model", "max_cost", "max_requests", "share", "store_path"})
"""Arguments of whoever talks to the assistant, or of the whole run: the chat has no field for them."""
_NAMED = "_"
"""Stands for the value of an argument of which only the name is said."""


def typed(*words: str) -> str:
    """A command line that can be typed as it is shown, whatever a name in it holds.

    Args:
        *words: What follows ``hitscout``.
    """
    return f"hitscout {shlex.join(words)}"


class Trouble(Protocol):
    """What an error and the end of a failed run have in common."""

    @property
    def message(self) -> str:
        """What was given."""

    @property
    def suggestion(self) -> str:
        """What would work; may be empty."""


@dataclass(frozen=True)
class _Call:
    """An act that was found in a text: its tool (none where it is arguments alone), and what it is given."""

    tool: str
    arguments: tuple[_Value, ...]
    options: Mapping[str, _Value]


@dataclass(frozen=True)
class _Value:
    """An argument's value, and how it is written."""

    node: ast.expr
    source: str

    @property
    def flag(self) -> bool | None:
        """The value of an argument that is yes or no; None for others."""
        value = self.node.value if isinstance(self.node, ast.Constant) else None
        return value if isinstance(value, bool) else None

    @property
    def given(self) -> bool:
        """Whether there is one, and not the argument's name alone."""
        return not (isinstance(self.node, ast.Name) and self.node.id == _NAMED)


def in_commands(text: str) -> str:
    """A text with its acts as command lines, and its arguments as options.

    Args:
        text: Such as ```fetch(['hgnc'])` gets them.``

    Returns:
        Such as ```hitscout fetch hgnc` gets them.``
    """
    return _translated(text, _command, _options)


def in_chat(text: str) -> str:
    """A text with its acts as the chat's slash commands where it has one, else as command lines.

    Args:
        text: As for `in_commands`.
    """
    return _translated(text, _slash, _labels)


def trouble_in_chat(trouble: Trouble, between: str = " ") -> str:
    """What an error says and suggests, as the chat says it.

    Args:
        trouble: The error.
        between: What stands between the two.
    """
    return in_chat(between.join(part for part in (trouble.message, trouble.suggestion) if part))


def spoken(value: Any, say: Callable[[str], str], key: str = "") -> Any:  # noqa: ANN401 – any JSON value in and out
    """A result whose sentences to a person are in the words of a face; names and numbers stay as they are.

    Args:
        value: The result as JSON values.
        say: `in_commands` or `in_chat`.
        key: Where the value stands.
    """
    if isinstance(value, str):
        return say(value) if key in SENTENCES else value
    if isinstance(value, list):
        return [spoken(one, say, key) for one in value]
    if isinstance(value, dict):
        return {name: spoken(one, say, name) for name, one in value.items()}
    return value


def _translated(text: str, say_act: Callable[[_Call], str], say_options: Callable[[_Call], str]) -> str:
    def translate(match: re.Match[str]) -> str:
        call = _parsed(match["act"]) if match["act"] else None
        if call is None:
            return match[0]
        return f"`{say_act(call)}`" if call.tool else say_options(call)

    return _QUOTED.sub(translate, text)


def _parsed(quoted: str) -> _Call | None:
    """What stands between two backticks, where it is an act or an argument."""
    alone = re.match(r"[a-z_]+\(", quoted) is None
    source = f"dict({quoted}{_NAMED if re.fullmatch('[a-z_]+=', quoted) else ''})" if alone else quoted
    try:
        call = ast.parse(source, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    if not alone and call.func.id not in COMMANDS:
        return None
    options = {str(keyword.arg): _Value(keyword.value, source) for keyword in call.keywords}
    return _Call("" if alone else call.func.id, tuple(_Value(one, source) for one in call.args), options)


def _command(call: _Call) -> str:
    leading = LEADING.get(call.tool, "")
    arguments = (call.options[leading], *call.arguments) if leading in call.options else call.arguments
    words = [word for argument in arguments for word in _words(argument)]
    return " ".join(["hitscout", COMMANDS[call.tool], *words, *filter(None, [_options(call)])])


def _slash(call: _Call) -> str:
    if call.tool not in SLASHES:
        return _command(call)
    values = [*call.arguments, *call.options.values()]
    return " ".join([SLASHES[call.tool], *(word for value in values for word in _words(value))])


def _options(call: _Call) -> str:
    parts = []
    for argument, value in call.options.items():
        if argument == LEADING.get(call.tool):
            continue
        word = OPTIONS.get(f"{call.tool}.{argument}") or OPTIONS.get(argument) or f"--{argument.replace('_', '-')}"
        if not value.given or value.flag is not None:
            parts.append(word.replace("--", "--no-", 1) if value.flag is False else word)
        else:
            parts += [f"{word} {one}" for one in _words(value)]
    return " ".join(parts)


def _labels(call: _Call) -> str:
    if not _STARTED_WITH.isdisjoint(call.options):
        return _options(call)
    return ", ".join(" ".join([name.replace("_", " "), *_labelled(value)]) for name, value in call.options.items())


def _labelled(value: _Value) -> list[str]:
    if value.flag is not None:
        return [] if value.flag else ["off"]
    return _words(value) if value.given else []


def _words(value: _Value) -> list[str]:
    """A value as words of a command line: a list gives several, a mapping ``KEY=VALUE`` each."""
    node, source = value.node, value.source
    if isinstance(node, (ast.List, ast.Tuple)):
        return [word for one in node.elts for word in _words(_Value(one, source))]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [shlex.quote(f"{_bare(key, source)}={_bare(one, source)}") for key, one in pairs if key is not None]
    text = _bare(node, source)
    if isinstance(node, ast.Name):
        return [text]
    in_quotes = (ast.get_source_segment(source, node) or "").startswith('"')
    if text == "…" or (in_quotes and not re.search(r'["$`\\!]', text)):
        return [f'"{text}"']
    return [shlex.quote(text)]


def _bare(node: ast.expr, source: str) -> str:
    """A value without quotes; a number as it is written."""
    if isinstance(node, ast.Name):
        return node.id
    found: Any = ast.literal_eval(node)
    if isinstance(found, str):
        return found
    return "…" if found is ... else ast.get_source_segment(source, node) or str(found)
