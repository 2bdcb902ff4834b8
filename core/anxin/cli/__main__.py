"""`python -m anxin.cli`: how the supervisor starts our own processes, whatever PATH says."""

from anxin.cli import main

main()
