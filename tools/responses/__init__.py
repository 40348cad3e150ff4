"""What a perturbation does to the expression of a readout gene."""
