"""A plugin by somebody who has never seen the host."""
