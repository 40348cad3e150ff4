"""The loop: start, propose, confirm, record, review."""
