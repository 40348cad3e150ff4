"""The only folder that knows a language model."""

from __future__ import annotations

CLASSES = {"Assistant": ".assistant"}
"""What a script needs of this folder."""
