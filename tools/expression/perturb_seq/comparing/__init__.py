"""What responds: the matrix read once, and each gene of perturbed cells compared with that of controls."""
