"""One line per type: how each type of session stands."""
