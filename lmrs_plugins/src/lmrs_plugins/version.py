"""The contract's version: the one that a plugin's dependency on `lmrs-plugins` is compared with."""

__version__ = "0.1.0"
