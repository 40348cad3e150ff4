"""The start of a campaign: its options, its question, its library, its first shortlist."""
