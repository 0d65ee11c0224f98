"""The model room: the recipe's graph of nodes, what a step needs of it, and how it is evaluated."""
