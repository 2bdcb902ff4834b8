"""The web server: granian, started with the application already built. Its arguments are granian's, the target last.

granian forks its workers. Built before, the application's memory is shared by all of them (a copy each costs 80 MB),
it is built once at a start, and a worker that ended is replaced at once. Where processes are spawned instead (macOS)
each worker builds its own.
"""

import importlib
import multiprocessing
import os
import sys
from itertools import pairwise

import uuid_utils
from granian.cli import entrypoint

from anxin import ports, start


def build(target: str) -> None:
    """Import the module of `module:application`, so that forked workers find it built.

    Nothing may be connected by then: a socket shared by two processes serves neither.
    """
    importlib.import_module(target.partition(":")[0])


def insist_free(arguments: list[str]) -> None:
    """Say in one line that the port is taken; granian would panic with a page of its own."""
    flags = dict(pairwise(arguments))
    if said := ports.trouble(flags["--host"], int(flags["--port"])):
        sys.exit(f"anxin: {said}")


def main() -> None:
    start.begin()
    insist_free(sys.argv)
    os.register_at_fork(
        after_in_child=uuid_utils.reseed_rng
    )  # its generator lives in Rust, out of Python's sight
    if multiprocessing.get_start_method() == "fork":
        build(sys.argv[-1])
    entrypoint()


if __name__ == "__main__":
    main()
