"""The chat: an application of pages in the terminal."""
