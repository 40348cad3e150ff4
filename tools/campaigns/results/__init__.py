"""What the laboratory sends back, placed on the campaign's scale: `campaign_record`, `campaign_review`."""
