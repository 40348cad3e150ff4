"""Pictures of screens, campaigns, genes and plates, one kind a file."""

from __future__ import annotations

READING: dict[str, str] = {}

WRITING = {
    "plot_volcano": ".volcano",
    "plot_rank": ".rank",
    "plot_replicates": ".replicates",
    "plot_controls": ".controls",
    "plot_progress": ".progress",
    "plot_reliability": ".reliability",
    "plot_sets": ".sets",
    "plot_gene": ".gene",
    "plot_screens": ".screens",
    "plot_plate": ".plate",
}
