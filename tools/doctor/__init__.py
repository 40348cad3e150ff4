"""What works on this machine, and how to mend the rest."""

from __future__ import annotations

from tools.doctor.diagnosis import diagnose, mend
from tools.doctor.findings import Diagnosis, Finding

__all__ = ["Diagnosis", "Finding", "diagnose", "mend"]
