"""What the server said, when: snapshots of the list, and later what moved between them."""
