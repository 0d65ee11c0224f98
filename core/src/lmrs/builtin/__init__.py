"""The host's own components: registered through the same hooks as everybody's."""
