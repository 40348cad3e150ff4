"""Expression after perturbations that nobody made: what is learnt from, fits that are kept, answers, cells, lists."""
