"""The assistant that needs no language model: wishes in plain words, answered by tools."""
