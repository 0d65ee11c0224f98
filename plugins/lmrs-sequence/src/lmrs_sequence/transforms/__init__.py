"""What is looked at: hidden items, next items."""
