"""Rooms: sites and rooms, finding and booking, the door, the keeper's day. The manifest is in `plugin.py`."""
