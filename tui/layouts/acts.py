"""Acts in the words of the command line and of the chat: texts name a tool as a script writes it (`db.acts`)."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

COMMANDS: Mapping[str, str] = {
    "list_packs": "fetch --list", "fetch": "fetch", "add_screen": "screen add", "add_replicate": "screen add",
    "screen_list": "screen list", "screen_show": "screen show", "screen_compare": "screen compare",
    "screen_remove": "screen remove", "gene_card": "gene", "resolve_genes": "resolve", "gene_set_list": "gene-set list",
    "gene_set_show": "gene-set show", "encode_gene_texts": "encode", "literature_search": "literature",
    "over_representation": "enrich", "ranked_enrichment": "enrich", "similar_genes": "similar",
    "response_list": "response list", "predict_responses": "respond", "add_responses": "response add",
    "response_remove": "response remove", "campaign_start": "campaign start", "campaign_question": "campaign question",
    "campaign_exclude": "campaign exclude", "campaign_propose": "campaign propose", "campaign_grade": "campaign grade",
    "campaign_confirm": "campaign confirm", "campaign_record": "campaign record", "campaign_review": "campaign review",
    "campaign_export": "campaign export", "campaign_show": "campaign show", "campaign_list": "campaign list",
    "campaign_close": "campaign close", "shortlist": "shortlist", "predict_hits": "predict",
    "explain_prediction": "campaign explain", "why_not": "campaign why-not", "replay": "replay",
    "benchmark_biodiscovery": "benchmark biodiscovery", "benchmark_suite": "benchmark suite",
    "benchmark_perturbqa": "benchmark perturbqa", "benchmark_gene_sets": "benchmark perturbqa",
    "open_evidence": "evidence", "sql_query": "sql", "sql_tables": "sql --tables", "demo": "demo",
    "diagnose": "doctor", "mend": "doctor --mend", "ask": "ask", "transcript_list": "transcript list",
}  # fmt: skip
"""Tool → the command that calls it."""
OPTIONS: Mapping[str, str] = {"columns": "map", "text": "question", "allow_others": "allow-others"}
"""Argument → the option's name, where that is another word."""
SLASHES: Mapping[str, str] = {
    "campaign_propose": "/propose", "gene_card": "/gene", "explain_prediction": "/why", "why_not": "/whynot",
    "similar_genes": "/similar", "over_representation": "/enrich", "screen_list": "/screens", "screen_show": "/screens",
    "literature_search": "/papers", "open_evidence": "/evidence", "sql_query": "/sql", "campaign_review": "/review",
    "campaign_exclude": "/exclude", "campaign_grade": "/grade", "campaign_confirm": "/confirm",
    "campaign_export": "/export", "campaign_start": "/start", "campaign_show": "/campaign", "demo": "/demo",
}  # fmt: skip
"""Tool → the slash command of the chat that calls it."""

_QUOTED = re.compile(r"`([a-z_]+\([^`]*\)|[a-z_]+=[^`]*)`")


def in_commands(text: str) -> str:
    """A text with its acts as command lines, and its arguments as options.

    Args:
        text: Such as ```fetch(['hgnc'])` gets them.``

    Returns:
        Such as ```hitscout fetch hgnc` gets them.``
    """
    return _translated(text, lambda tool, call: f"`{_command(tool, call)}`", _options)


def in_chat(text: str) -> str:
    """A text with its acts as the chat's slash commands where it has one, else as command lines.

    Args:
        text: As for `in_commands`.
    """
    return _translated(text, _slash, _labels)


def _translated(text: str, say_act: Callable[[str, ast.Call], str], say_option: Callable[[ast.Call], str]) -> str:
    def said(match: re.Match[str]) -> str:
        quoted = match[1]
        is_act = re.match(r"[a-z_]+\(", quoted) is not None
        try:
            call = ast.parse(quoted if is_act else f"dict({quoted})", mode="eval").body
        except SyntaxError:
            return match[0]
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return match[0]
        if not is_act:
            return say_option(call)
        return say_act(call.func.id, call) if call.func.id in COMMANDS else match[0]

    return _QUOTED.sub(said, text)


def _command(tool: str, call: ast.Call) -> str:
    words = [word for argument in call.args for word in _words(argument)]
    return " ".join(["hitscout", COMMANDS[tool], *words, *filter(None, [_options(call)])])


def _slash(tool: str, call: ast.Call) -> str:
    if tool not in SLASHES:
        return f"`{_command(tool, call)}`"
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return f"`{' '.join([SLASHES[tool], *(word for value in values for word in _words(value))])}`"


def _options(call: ast.Call) -> str:
    parts = []
    for keyword in call.keywords:
        name = "--" + OPTIONS.get(str(keyword.arg), str(keyword.arg)).replace("_", "-")
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            parts.append(name if keyword.value.value else name.replace("--", "--no-", 1))
        else:
            parts += [f"{name} {word}" for word in _words(keyword.value)]
    return " ".join(parts)


def _labels(call: ast.Call) -> str:
    return ", ".join(f"{str(one.arg).replace('_', ' ')} {' '.join(_words(one.value))}" for one in call.keywords)


def _words(value: ast.expr) -> list[str]:
    """A value as words of a command line: a list gives several, a mapping ``KEY=VALUE`` each."""
    if isinstance(value, (ast.List, ast.Tuple)):
        return [word for one in value.elts for word in _words(one)]
    if isinstance(value, ast.Dict):
        keys = ["".join(_words(key)) if key is not None else "" for key in value.keys]
        return [shlex.quote(f"{key}={_bare(one)}") for key, one in zip(keys, value.values, strict=True)]
    text = _bare(value)
    if isinstance(value, ast.Constant) and text == "…":
        return ['"…"']
    return [text if isinstance(value, ast.Name) else shlex.quote(text)]


def _bare(value: ast.expr) -> str:
    if isinstance(value, ast.Name):
        return value.id
    found: Any = ast.literal_eval(value)
    return "…" if found is ... else f"{found:g}" if isinstance(found, float) else str(found)
