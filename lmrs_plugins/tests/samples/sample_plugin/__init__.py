"""A plugin with one good component of each family, as small as they come."""
