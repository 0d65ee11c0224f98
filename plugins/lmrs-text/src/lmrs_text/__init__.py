"""Language models over the texts of items and users."""
