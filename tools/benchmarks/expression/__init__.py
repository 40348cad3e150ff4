"""Expression after a perturbation that the predictors did not see: the protocol, and its halves of cells."""
