"""Which gene sets the hits of a screen, a campaign or a list gather in."""
