"""One module a screen; `page` is what they have in common."""
