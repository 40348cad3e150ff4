"""Answers about candidates of a campaign: chances, ranks, why and why not."""
