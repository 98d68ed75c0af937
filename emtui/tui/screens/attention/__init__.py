"""All findings of the list: what needs attention."""
