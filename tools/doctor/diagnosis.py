"""The doctor: looks at everything, whatever state it is in, and mends what can be mended without asking."""

from __future__ import annotations

from tools.doctor.cache_findings import cache_findings, clear_cache
from tools.doctor.findings import Diagnosis, looked
from tools.doctor.machine import disk_findings, environment_findings, pip_findings, version_findings
from tools.doctor.pack_findings import pack_findings, text_findings
from tools.doctor.store_findings import store_findings
from tools.workspace import Workspace


def diagnose(workspace: Workspace) -> Diagnosis:
    """Looks at the store, the packs, pip, the versions, the disk and the environment, and changes nothing.

    Args:
        workspace: The workspace whose store and folders are looked at.
    """
    looks = {
        "store": lambda: store_findings(workspace.store),
        "packs": lambda: pack_findings(workspace),
        "cache": lambda: cache_findings(workspace),
        "texts": lambda: text_findings(workspace),
        "pip": pip_findings,
        "libraries": version_findings,
        "disk": lambda: disk_findings(workspace),
        "environment": environment_findings,
    }
    return Diagnosis(tuple(finding for about, look in looks.items() for finding in looked(about, look)))


def mend(workspace: Workspace) -> Diagnosis:
    """Writes the store's manifest anew from what the file holds, removes unfinished files, and looks again.

    Rows that are lost stay lost: this accepts the store as it is now, after a look at what `diagnose` says.

    Args:
        workspace: The workspace whose store is mended.

    Raises:
        StoreError: There is no store, or it does not open.
    """
    clear_cache(workspace)
    with workspace.store.read():
        # Raises where there is no store, which mending would make.
        pass
    workspace.store.mend()
    return diagnose(workspace)
