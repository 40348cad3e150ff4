"""Language models by name, their prices, and what their errors mean."""
