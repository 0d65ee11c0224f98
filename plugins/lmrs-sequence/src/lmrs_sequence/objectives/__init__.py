"""Losses over items."""
