"""What the application does beside drawing: the clock, the logon, navigation, copying, alerts."""
