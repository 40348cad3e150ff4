"""A synthetic laboratory for campaigns: a store with prior screens, a hidden truth, and result files made from it."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from copy import copy
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from db.campaigns.campaigns import list_campaigns
from db.store import Store
from db.transcripts import transcripts_of_campaign
from tests.synthetic_store import add_knowledge, add_screen, module_effects, workspace_on
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.start import campaign_start
from tools.workspace import Workspace

ACTIVE = [4, 7, 11]
TRUTH: pd.Series = module_effects(ACTIVE, 77)
FAST = "mean_baseline"


@cache
def _template(*, bare: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="campaign-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = Store(folder / "world.duckdb").create()
    add_knowledge(store, sets=not bare, network=not bare, essentials=not bare)
    for seed, (name, active) in enumerate({"alpha": [4, 7, 12], "beta": [4, 11, 20]}.items()):
        add_screen(store, name, module_effects(active, seed), study=f"Study {name}", phenotype=f"{name} phenotype")
    _own_hashes(store)
    return store.path


def _own_hashes(store: Store) -> None:
    """The synthetic ingests share one hash, as if they were one file; here each is a file of its own."""
    with store.write("test") as connection:
        connection.execute("UPDATE ingest SET source_hash = name WHERE source_hash = '0'")


def add_measured(store: Store, name: str, effects: pd.Series, **options) -> int:
    """A screen of the store; returns its id."""
    screen_id = add_screen(store, name, effects, **options)
    _own_hashes(store)
    return screen_id


def new_workspace(folder: Path, *, bare: bool = False) -> Workspace:
    """A workspace on a store of its own, with gene names, two screens of other studies, and unless bare also gene sets,
    a network and essential genes (which take most of the time of a prediction).
    """
    path = folder / "world.duckdb"
    template = _template(bare=bare)
    shutil.copy(template, path)
    shutil.copy(template.with_name("world.duckdb.manifest.json"), folder / "world.duckdb.manifest.json")
    return workspace_on(Store(path), folder)


def write_results(path: Path, genes, *, factor=1.0, shift=0.0, controls=30, changes=None, seed=5) -> Path:
    """A generic table of the true effects as a machine with its own gain and offset would measure them."""
    control_values = np.random.default_rng(seed).standard_normal(controls)
    values = {name: float((changes or {}).get(name, TRUTH.get(name, 0.0))) for name in genes}
    lines = ["gene,lfc", *(f"{name},{value * factor + shift!r}" for name, value in values.items())]
    lines += [f"NTC_{i},{float(value) * factor + shift!r}" for i, value in enumerate(control_values, 1)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def started(workspace: Workspace, name: str = "pilot", *, size: int = 12, **options):
    """A campaign that looks for what moves the cytokine."""
    return _once(workspace, lambda: campaign_start(workspace, name, "cytokine secretion", size=size, **options),
                 "started", name, size, options)  # fmt: skip


def confirmed(workspace: Workspace, name: str = "pilot", *, predictor: str = FAST, **options) -> list[str]:
    """Proposes and confirms a round; gives its nominations, best first."""

    def confirm() -> list[str]:
        campaign_propose(workspace, name, predictor=predictor, **options)
        return [nomination.perturbation for nomination in campaign_confirm(workspace, name).nominations]

    return _once(workspace, confirm, "confirmed", name, predictor, options)


_KEPT: dict[str, tuple[Path, object]] = {}


def _once(workspace: Workspace, act, *what):
    """What was done to the very same store before is not computed again: the store that came of it is copied.

    Many tests begin alike. The key holds every byte of the store, so nothing that a test did is passed over.
    """
    store = workspace.store
    beside = [store.path, store.manifest_path]
    key = hashlib.sha256(store.path.read_bytes() + repr(what).encode()).hexdigest()
    if key not in _KEPT:
        result = act()
        folder = Path(tempfile.mkdtemp(prefix="campaign-kept-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for path in beside:
            shutil.copy(path, folder / path.name)
        _KEPT[key] = folder, result
    folder, result = _KEPT[key]
    for path in beside:
        shutil.copy(folder / path.name, path)
    return copy(result)


def transcripts_of_round(store: Store, campaign: str, number: int) -> list[str]:
    """Ids of the conversations that had a hand in a round."""
    (one,) = [each for each in list_campaigns(store) if each.name == campaign]
    return [made for at, made in transcripts_of_campaign(store, one.id) if at == number]


def manifest(workspace: Workspace) -> bytes:
    """What the store committed, byte by byte."""
    return workspace.store.manifest_path.read_bytes()
