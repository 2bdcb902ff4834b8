"""PostgreSQL and Valkey from wheels, and the supervisor that runs the whole platform on one machine.

`database_cluster` and `valkey_server` give tests throwaway servers; `supervisor` and `services` serve the
CLI.
"""

from anxin.embedded.throwaway import database_cluster, valkey_server

__all__ = ["database_cluster", "valkey_server"]
