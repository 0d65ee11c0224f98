"""Views of examples."""
