"""What makes a start quick: every `anxin` command and process builds the application before it does anything.

begin()       before the imports
settled()     once the application stands, in processes that stay
"""

import gc

USUAL = gc.get_threshold()


def begin() -> None:
    """Half a million objects are made that stay, and the collector would walk them again after every few thousand: a
    third of the start. It still comes, but seldom."""
    gc.set_threshold(100_000, 50, 100)


def settled() -> None:
    """Clear up once and leave alone what is here: each full collection would walk 300,000 objects, 0.15 s in a request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*USUAL)
