"""Which gene sets the hits of a screen, a campaign or a list gather in."""

from __future__ import annotations

READING = {
    "over_representation": ".over_representation",
    "ranked_enrichment": ".over_representation",
}
