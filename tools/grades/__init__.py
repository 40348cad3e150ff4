"""What a blind judge gives, and the slots of a round that its grades fill."""
