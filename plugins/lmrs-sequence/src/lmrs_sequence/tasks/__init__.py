"""What is asked of sessions."""
