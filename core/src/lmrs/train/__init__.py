"""The training room: stages, steps, rates, and what trains in them."""
