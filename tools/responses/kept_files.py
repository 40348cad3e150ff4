"""What is kept on disk of a context: fits, and matrices that were read from the store."""

from __future__ import annotations

from pathlib import Path

from tools.workspace import Workspace


def kept_path(workspace: Workspace, context: str, name: str) -> Path:
    """Where something that was made from a context is kept.

    Args:
        workspace: Its cache folder.
        context: Name of the context.
        name: What it is, with the key of what it rests on.
    """
    return _folder(workspace) / f"{_safe(context)}-{name}"


def forget_matrices(workspace: Workspace, context: str) -> None:
    """Deletes the matrices of a context, which nobody can ask for once its table is gone.

    Args:
        workspace: Its cache folder.
        context: Name of the context.
    """
    for quantity in ("estimate", "standard_error", "fdr"):
        for path in _folder(workspace).glob(f"{_safe(context)}-{quantity}-{'?' * 32}.npy"):
            path.unlink(missing_ok=True)


def joint_path(workspace: Workspace, name: str) -> Path:
    """Where something is kept that was made from one context or several.

    Args:
        workspace: Its cache folder.
        name: What it is, with the key of what it rests on.
    """
    return _folder(workspace) / "joint" / name


def forget_joint(workspace: Workspace) -> None:
    """Deletes what was made from several contexts: when one of them goes, some of it cannot be asked for again.

    Args:
        workspace: Its cache folder.
    """
    for path in (_folder(workspace) / "joint").glob("*"):
        path.unlink(missing_ok=True)


def _folder(workspace: Workspace) -> Path:
    return workspace.paths.cache / "responses"


def _safe(context: str) -> str:
    """The context's name as part of a file's name."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in context)
