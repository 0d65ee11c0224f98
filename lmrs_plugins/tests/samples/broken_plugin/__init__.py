"""Components that each break one thing."""
