"""What makes a screen of perturbed cells: one number for each perturbation, told by its cells."""
