"""What a laboratory orders of a round: guides with their sequences, oligo pools, plates, and what it all costs."""

from __future__ import annotations

READING = {"campaign_costs": ".costs"}

WRITING = {"order_guides": ".order"}
