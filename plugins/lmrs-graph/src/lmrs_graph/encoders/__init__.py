"""Encoders over graphs."""
