"""What a person reads of a run: one HTML file that needs nothing beside it."""
