"""Losses over tokens."""
