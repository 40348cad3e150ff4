"""Expression predictors: the responses of all readout genes to a perturbation that nobody made, and cells after it."""
