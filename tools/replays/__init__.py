"""Campaigns over finished screens whose results are hidden until their round, with their controls."""
