"""What a perturbation does to the expression of a readout gene."""

from __future__ import annotations

READING = {
    "response_list": ".tables",
    "predict_responses": ".answers",
    "explain_response": ".reasoning.explained",
    "gene_summary": ".reasoning.summaries",
}

WRITING = {
    "add_responses": ".tables",
    "response_remove": ".tables",
}
