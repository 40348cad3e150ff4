"""What is kept on disk of a context: fits, and matrices that were read from the store."""

from __future__ import annotations

from pathlib import Path

from tools.workspace import Workspace

KEY_SIGNS = 32
"""Signs of the key in the name of what is kept."""
_JOINT = "joint"


def kept_path(workspace: Workspace, context: str, name: str) -> Path:
    """Where something that was made from a context is kept.

    Args:
        workspace: Its cache folder.
        context: Name of the context.
        name: What it is, with the key of what it rests on.
    """
    return _folder(workspace) / f"{safe_name(context)}-{name}"


def forget_kept(workspace: Workspace, context: str) -> None:
    """Deletes the fits and matrices of a context, which nobody can ask for once its table is gone.

    What was made from several contexts goes too, as some of it rests on this one.

    Their names say the content that they were made from, so that none that stays could ever be taken for another's;
    but each has some hundred megabytes.

    Args:
        workspace: Its cache folder.
        context: Name of the context.
    """
    key = "?" * KEY_SIGNS
    kinds = [f"-{quantity}-{key}.npy" for quantity in ("estimate", "standard_error", "fdr")] + [
        f"-{key}.fit",
        f"-across-{key}.fit",
    ]
    for path in [path for kind in kinds for path in _folder(workspace).glob(f"{safe_name(context)}{kind}")]:
        path.unlink(missing_ok=True)
    for path in (_folder(workspace) / _JOINT).glob("*"):
        path.unlink(missing_ok=True)


def joint_path(workspace: Workspace, name: str) -> Path:
    """Where something is kept that was made from one context or several.

    Args:
        workspace: Its cache folder.
        name: What it is, with the key of what it rests on.
    """
    return _folder(workspace) / _JOINT / name


def _folder(workspace: Workspace) -> Path:
    return workspace.paths.cache / "responses"


def safe_name(name: str) -> str:
    """A name, such as a context's, as part of a file's name.

    Args:
        name: Any text.
    """
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)
