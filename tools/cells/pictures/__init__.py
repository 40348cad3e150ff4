"""Pictures of cells: where they lie, and what they were called."""
