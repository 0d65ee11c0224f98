"""Makers."""
