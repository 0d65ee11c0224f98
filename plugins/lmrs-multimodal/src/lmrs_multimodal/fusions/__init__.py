"""Several types of data as one."""
