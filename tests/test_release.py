"""Guard 10: an edition, and what brings it to readers."""
