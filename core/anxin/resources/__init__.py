"""Whatever can be taken once at a time: a room, a person's hour, a piece of equipment."""
