"""Weights learnt on the IFN-gamma and IL-2 screens of Schmidt et al. 2022, two donors each.

``hitscout benchmark validation --screens schmidt-ifng,schmidt-il2`` prints them.
"""

from __future__ import annotations

from tools.screens.validation.chances import Weights

LEARNT = Weights(-3.39852, (0.53437, 0.44486, -0.99273, 0.88245, -0.56235, 0.85800, 0.10349))
LEARNT_WITHOUT_P = Weights(-3.45587, (-0.08356, 0.56998, 0.86214, 0.10247))
