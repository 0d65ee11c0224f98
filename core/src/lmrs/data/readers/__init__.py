"""Readers of data sets, one a file: formats that are read from a path, and sets known by name."""
