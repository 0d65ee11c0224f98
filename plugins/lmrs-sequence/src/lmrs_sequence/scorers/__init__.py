"""Floors without training."""
