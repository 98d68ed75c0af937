"""Lists and lines, drawn line by line to keep screen updates small."""
