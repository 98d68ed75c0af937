"""What the server said, when: snapshots of the list, what moved between them, and who asks when."""
