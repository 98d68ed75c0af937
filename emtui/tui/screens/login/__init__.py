"""The login screen: profiles, server, user and password; and the screen for an untrusted certificate."""
