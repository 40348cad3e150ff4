"""The loop: start, propose, confirm, record, review."""

from __future__ import annotations

READING = {
    "campaign_show": ".listing",
    "campaign_list": ".listing",
    "campaign_review": ".results.review",
    "predict_hits": ".answers.hit_chances",
    "explain_prediction": ".answers.explanation",
    "why_not": ".answers.explanation",
}

WRITING = {
    "campaign_start": ".start.start",
    "campaign_question": ".start.question",
    "campaign_exclude": ".start.exclusions",
    "campaign_propose": ".rounds.proposal",
    "campaign_grade": ".rounds.grade",
    "campaign_confirm": ".rounds.proposal",
    "campaign_preregister": ".preregistration.writing",
    "campaign_record": ".results.recording",
    "campaign_export": ".rounds.order_file",
    "campaign_close": ".listing",
    "shortlist": ".start.start_and_propose",
}
