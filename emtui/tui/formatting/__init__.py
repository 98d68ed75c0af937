"""How things read: pure functions from values to text and style."""
