"""Who was perturbed: what the labels and guides of cells mean, and within what cells are compared."""
