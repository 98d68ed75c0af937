"""Lists and lines, drawn by the line: what changes on the screen is as small as possible."""
