"""What is known, and how it came to be known: the DuckDB store.

The only folder with SQL. It holds no science, knows no language model and prints nothing.
"""

from __future__ import annotations

CLASSES = {"HitscoutError": ".errors", "Question": ".records", "Store": ".store"}
"""What a script needs of this folder."""
