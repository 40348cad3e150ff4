"""Every terminal front end; it shows and calls, and holds no logic."""
