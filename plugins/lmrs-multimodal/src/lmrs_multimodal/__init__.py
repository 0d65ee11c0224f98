"""Pictures and texts of items and users, through the two towers of CLIP."""
