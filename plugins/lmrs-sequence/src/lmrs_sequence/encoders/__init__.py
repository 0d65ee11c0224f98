"""Encoders of items and of their histories."""
