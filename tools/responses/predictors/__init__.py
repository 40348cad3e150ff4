"""Response predictors: what a perturbation does to the expression of a readout gene."""
