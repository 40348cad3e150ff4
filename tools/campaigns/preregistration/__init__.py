"""What a round promised before it was measured, as a file, and whether the measured round keeps to it."""
