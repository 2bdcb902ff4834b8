"""The invented history of the demo: what its people answered, agreed to and were helped with. Pure; nothing
is stored."""
