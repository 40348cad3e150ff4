"""The log of a conversation: written, listed, and rerun."""
