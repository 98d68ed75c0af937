"""The terminal below the screens, and the only package that touches Textual's private parts."""
