"""The start of a campaign: `campaign_start`, `campaign_question`, `campaign_exclude`, and `shortlist` in one step."""
