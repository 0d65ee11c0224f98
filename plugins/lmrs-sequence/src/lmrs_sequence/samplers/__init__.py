"""Which histories make a batch."""
