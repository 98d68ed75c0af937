"""The list of sessions: the table of rows, and the model that computes them."""
