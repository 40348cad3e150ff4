"""A round from shortlist to order: `campaign_propose`, `campaign_grade`, `campaign_confirm`, `campaign_export`."""
