"""Makers of views of tokens."""
