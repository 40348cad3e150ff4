"""The clusters of a file named by a language model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent.judge.opening import open_cluster_reader
from tools.cells.by_markers.naming import ByMarkers, asked_clusters, named_by
from tools.workspace import Workspace

if TYPE_CHECKING:
    from agent.judge.terms import Terms
    from tools.cells.by_markers.result import NamedClusters
    from tools.grades.judge import JudgeUsage


def named_with(
    workspace: Workspace, terms: Terms, path: Path, how: ByMarkers, *, out: Path | None = None, overwrite: bool = False
) -> NamedClusters:
    """As `tools.cells.by_markers.naming.named_by`, with a language model's labels.

    Args:
        workspace: As there.
        terms: Who is asked, and within which bounds.
        path: As there.
        how: As there.
        out: As there.
        overwrite: As there.

    Raises:
        HitscoutError: As there, or the language model cannot be asked.
    """
    with terms.opened(open_cluster_reader, workspace) as reader:
        return named_by(workspace, reader, path, how, out=out, overwrite=overwrite)


def estimate_of(workspace: Workspace, terms: Terms, path: Path, how: ByMarkers) -> JudgeUsage:
    """What `named_with` would take; nothing is sent.

    Args:
        workspace: As there.
        terms: As there.
        path: As there.
        how: As there.

    Raises:
        HitscoutError: As there.
    """
    with terms.opened(open_cluster_reader, workspace) as reader:
        return reader.estimate(asked_clusters(workspace, path, how))
