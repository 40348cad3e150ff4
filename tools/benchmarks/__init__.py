"""Published protocols, played by the same code as every replay."""
