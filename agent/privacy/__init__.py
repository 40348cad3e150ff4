"""What may leave the machine: shares, consent, the border that every request passes, and keys."""
