"""What is put into a language model to tune it."""
