"""Files of responses: what each is, by what it holds, and how its rows come into the store."""

from __future__ import annotations
