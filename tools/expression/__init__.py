"""Expression after a perturbation: measured in cells or in bulk, and predicted where nobody made it."""

from __future__ import annotations

READING = {
    "predict_expression": ".unseen.prediction",
    "predict_signature": ".unseen.signature_list",
}

WRITING = {
    "add_perturb_seq": ".perturb_seq.adding",
    "sample_expression": ".unseen.sampling",
    "signature_export": ".unseen.signature_file",
}
