"""The list of alerts: everything that needs attention."""
