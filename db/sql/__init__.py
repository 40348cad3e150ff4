"""Queries that others write, answered by a process that can do nothing else."""
