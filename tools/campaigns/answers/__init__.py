"""Answers about candidates of a campaign: `predict_hits`, `explain_prediction`, `why_not`."""
