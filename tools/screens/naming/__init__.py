"""What the names of a screen's file mean: controls, pairs, endings, organisms."""
