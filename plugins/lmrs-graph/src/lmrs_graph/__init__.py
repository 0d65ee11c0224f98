"""Graphs of users, items and entities."""
