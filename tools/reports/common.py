"""What every report has: pictures that can be drawn, evidence that is opened, versions, and what the store holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from db.acts import act
from db.errors import HitscoutError
from db.provenance import list_ingests, versions
from db.records import Ingest
from tools.evidence import open_evidence
from tools.packs.catalogue import list_packs
from tools.pictures.base import Picture, in_dots
from tools.reports.page import Block, Paragraph, Ref, Shown, Table, facts
from tools.workspace import Progress, Workspace

MOST_OPENED = 40
"""Evidence ids that a report opens; the others are opened in the store."""


def drawn(workspace: Workspace, makers: Sequence[tuple[str, Callable[[], Picture]]]) -> list[Block]:
    """Pictures, and in a sentence why one of them could not be drawn.

    Args:
        workspace: Whom progress is told.
        makers: A short word for each picture, and what makes it.
    """
    blocks: list[Block] = []
    for number, (name, make) in enumerate(makers):
        workspace.report(Progress("draw pictures", number, len(makers), name))
        try:
            picture = make()
        except HitscoutError as error:
            blocks.append(Paragraph(f"No picture of {name}: {workspace.says(error.message)}"))
            continue
        caption = ". ".join([picture.title.rstrip("."), *(note.rstrip(".") for note in picture.notes)])
        blocks.append(Shown(name, in_dots(picture), f"{caption}.", picture.told))
    workspace.report(Progress("draw pictures", len(makers), len(makers), "done"))
    return blocks


def anchors_of(evidence: Iterable[str]) -> dict[str, str]:
    """An anchor for each of the first evidence ids.

    Args:
        evidence: Ids, the most important first.
    """
    return {one: f"evidence-{number}" for number, one in enumerate(list(dict.fromkeys(evidence))[:MOST_OPENED], 1)}


def refs(evidence: Iterable[str], anchors: dict[str, str]) -> tuple[Ref, ...]:
    """Evidence ids that lead to where they are opened.

    Args:
        evidence: Ids.
        anchors: Of `anchors_of`.
    """
    return tuple(Ref(one, anchors.get(one, "")) for one in evidence)


def opened(workspace: Workspace, anchors: dict[str, str]) -> list[Block]:
    """A table of evidence: what each id says, and the file that it came from.

    Args:
        workspace: The store.
        anchors: Of `anchors_of`.
    """
    if not anchors:
        return [Paragraph("No evidence is cited.")]
    rows = []
    with workspace.store.read():
        for one in anchors:
            try:
                found = open_evidence(workspace, one)
            except HitscoutError as error:
                rows.append((one, workspace.says(error.message), ""))
                continue
            rows.append((one, found.summary, ", ".join(source.source for source in found.sources)))
    other = f"Any other id is opened by {workspace.says(act('open_evidence', 'effect:1:GENE'))}."
    return [Table("Evidence", ("id", "what it says", "from"), tuple(rows), anchors=tuple(anchors.values())),
            Paragraph(other)]  # fmt: skip


def made_with(workspace: Workspace) -> list[Block]:
    """Versions of what had a hand in it, and every file that the store was filled from."""
    with workspace.store.read() as connection:
        ingests = list_ingests(connection)
    rows = tuple(_ingest_row(one) for one in ingests)
    return [
        facts("Versions", [(name, str(value)) for name, value in versions().items()]),
        Table("Files that the store was filled from", ("name", "kind", "file", "SHA-256", "by", "on"), rows),
    ]


def _ingest_row(one: Ingest) -> tuple[str, ...]:
    return (one.name, one.kind, one.source, one.source_hash[:16], one.tool, f"{one.created_at:%Y-%m-%d}")


def packs_line(workspace: Workspace) -> list[str]:
    """The line that fetches the packs of the store; none where there are none.

    Args:
        workspace: The store.
    """
    packs = [one.name for one in list_packs(workspace) if one.in_store]
    return [line(workspace, act("fetch", packs))] if packs else []


def line(workspace: Workspace, said: str) -> str:
    """An act as a line of its own, in the words of whoever is told.

    Args:
        workspace: Says it.
        said: Of `db.acts.act`.
    """
    return workspace.says(said).strip("`")


def number(value: float | None, digits: int = 3) -> str:
    """A number for a table; empty where there is none.

    Args:
        value: The number.
        digits: Digits that count.
    """
    return "" if value is None else f"{value:.{digits}g}"
