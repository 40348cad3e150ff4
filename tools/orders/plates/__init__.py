"""Plates of an arrayed screen: what lies in which well, and a picture of it."""
