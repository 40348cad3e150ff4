"""What is known, and how it came to be known: the DuckDB store.

The only folder with SQL. It holds no science, knows no language model and prints nothing.
"""
