"""Texts on genes by a language model: which of its sentences stand, and where they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Protocol

from db import disk_cache
from db.acts import option
from db.errors import HitscoutError
from tools.responses.reasoning.facts import GeneFacts
from tools.responses.reasoning.summaries import (
    VERSION,
    GeneSummary,
    Statement,
    by_template,
    facts_on,
    folder_of,
)
from tools.workspace import Workspace

Summaries = Literal["kept", "template", "none"]
"""What is told of genes: texts that a language model once wrote of the very facts, else the template's; the template's;
or nothing."""


class Writer(Protocol):
    """Writes statements from facts."""

    name: str
    """Who it is."""

    def write(self, facts: Sequence[GeneFacts]) -> list[tuple[Statement, ...]]:
        """What it writes of each gene.

        Args:
            facts: What is known of them.

        Raises:
            HitscoutError: It wrote nothing of some gene.
        """
        ...


def gene_summary_by(workspace: Workspace, writer: Writer, gene: str, *, context: str = "") -> GeneSummary:
    """As `gene_summary`, written by a language model; read where it wrote of the very facts before.

    Args:
        workspace: As there.
        writer: Who writes.
        gene: As there.
        context: As there.

    Raises:
        HitscoutError: As there, or the language model cannot be asked.
    """
    facts = facts_on(workspace, gene, context)
    return written(workspace, writer, {facts.gene: facts})[facts.gene]


def written(workspace: Workspace, writer: Writer, facts: Mapping[str, GeneFacts]) -> dict[str, GeneSummary]:
    """Texts by a language model: those that it wrote of the very facts before, and the others written and kept.

    Args:
        workspace: Its cache and clock.
        writer: Who writes.
        facts: Gene → what is known of it.

    Raises:
        HitscoutError: The language model cannot be asked, or wrote nothing.
    """
    left = lacking(workspace, facts, writer.name)
    found = {}
    for one, said in zip(left, writer.write(left) if left else [], strict=True):
        _refuse_empty(writer.name, one.gene, said)
        made = _summary(one, said, writer.name, workspace.clock().date().isoformat())
        disk_cache.keep_json(_text_path(workspace, one, writer.name), asdict(made), private=True)
        found[one.gene] = made
    held = {name: kept_text(workspace, one, writer.name) for name, one in facts.items() if name not in found}
    return {**found, **{name: one for name, one in held.items() if one}}


def lacking(workspace: Workspace, facts: Mapping[str, GeneFacts], by: str) -> list[GeneFacts]:
    """The genes of whose very facts a language model has written nothing.

    Args:
        workspace: Its cache.
        facts: Gene → what is known of it.
        by: Name of the language model.
    """
    return [one for one in facts.values() if kept_text(workspace, one, by) is None]


def kept_text(workspace: Workspace, facts: GeneFacts, by: str = "") -> GeneSummary | None:
    """What a language model once wrote of the very facts; None where none did.

    Args:
        workspace: Its cache.
        facts: What is known of a gene.
        by: Name of the language model; the newest text of any where empty.
    """
    if by:
        return disk_cache.kept(_text_path(workspace, facts, by), _read_text)
    every = [disk_cache.kept(one, _read_text) for one in folder_of(workspace).glob(f"text-{facts.key}-*.json")]
    return max((one for one in every if one), key=lambda one: (one.written_at, one.by), default=None)


def told(workspace: Workspace, facts: Mapping[str, GeneFacts], which: Summaries, by: str = "") -> list[GeneSummary]:
    """The texts on genes that a question is given.

    Args:
        workspace: Its cache.
        facts: Gene → what is known of it.
        which: Which texts.
        by: Name of the language model whose texts are looked for; any where empty.
    """
    if which == "none":
        return []
    kept = {name: kept_text(workspace, one, by) if which == "kept" else None for name, one in facts.items()}
    return [kept[name] or by_template(one) for name, one in facts.items()]


def _text_path(workspace: Workspace, facts: GeneFacts, by: str) -> Path:
    return folder_of(workspace) / f"text-{facts.key}-{disk_cache.asked_key(*VERSION, by)}.json"


def _summary(facts: GeneFacts, said: Sequence[Statement], by: str, day: str) -> GeneSummary:
    standing = [one for one in said if one.stands]
    down, up = (" ".join(one.text for one in standing if one.about == about) for about in ("downstream", "upstream"))
    evidence = tuple(dict.fromkeys(ids for one in standing for ids in one.evidence))
    return GeneSummary(facts.gene, down, up, evidence, by, day, facts.key, tuple(said))


def _refuse_empty(by: str, gene: str, said: Sequence[Statement]) -> None:
    if any(one.stands for one in said):
        return
    invented = sum(bool(one.invented) for one in said)
    raise HitscoutError(
        f"{by} wrote nothing of {gene} that rests on the facts given: of {len(said)} sentences {invented} cite ids that"
        " do not exist, and the others none.",
        f"Name another language model with {option('language_model')}, or leave it out: texts by template need none.",
    )


def _read_text(stream: Any) -> GeneSummary:  # noqa: ANN401 – a file
    import json

    held = json.load(stream)
    statements = tuple(
        Statement(one["about"], one["text"], tuple(one["evidence"]), tuple(one["invented"]))
        for one in held.pop("statements")
    )
    return GeneSummary(**{**held, "evidence": tuple(held["evidence"]), "statements": statements})
