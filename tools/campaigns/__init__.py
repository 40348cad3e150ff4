"""The loop of a campaign, and how far it is: `campaign_show`, `campaign_list`, `campaign_close`."""
