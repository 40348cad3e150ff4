"""Expression after a perturbation: measured in cells or in bulk, and predicted where nobody made it."""

from __future__ import annotations

WRITING = {
    "add_perturb_seq": ".perturb_seq.adding",
}
