"""What can be done; the only writers."""
