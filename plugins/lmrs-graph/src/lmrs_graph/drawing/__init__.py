"""Parts of graphs, found and drawn."""
