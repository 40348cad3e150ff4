"""Which genes of a finished screen a repeat of it would find again."""
