"""The terminal below the screens; the only package that uses Textual's private parts."""
