"""A round of a campaign: proposed, graded, confirmed, ordered."""
