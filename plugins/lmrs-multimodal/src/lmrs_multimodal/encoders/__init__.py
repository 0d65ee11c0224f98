"""Nodes of the model graph."""
