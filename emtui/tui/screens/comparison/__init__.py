"""Two sessions compared: which lines of their logs differ, and which steps took longer."""
