"""Expression of single cells: screens read by it, and what a perturbation that nobody made would do to it."""

from __future__ import annotations

WRITING = {
    "add_perturb_seq": ".perturb_seq.adding",
}
