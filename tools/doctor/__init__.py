"""What works on this machine, how to mend the rest, and how to take the last write back."""

from __future__ import annotations

from tools.doctor.diagnosis import diagnose, mend
from tools.doctor.findings import Diagnosis, Finding

__all__ = ["Diagnosis", "Finding", "diagnose", "mend"]
