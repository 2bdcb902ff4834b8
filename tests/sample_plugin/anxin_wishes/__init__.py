"""Wish wall: a plugin of Anxin. Start reading at plugin.py."""
