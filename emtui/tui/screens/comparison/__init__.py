"""Comparison of two sessions: differing log lines and slower steps."""
