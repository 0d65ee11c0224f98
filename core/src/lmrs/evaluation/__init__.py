"""Evaluation: exact ranks, metrics with their definitions, and what can be said of the difference of two runs."""
