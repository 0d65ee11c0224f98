"""Several vectors of one thing made one."""
