"""Is a port free? Asked before a start, by commands and by the web server itself, which must stay small."""

import errno
import socket


def trouble(host: str, port: int) -> str | None:
    """Why nobody could listen there, in one line; None when the port is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"port {port} is taken by another program: choose another with --port"
            return f"cannot listen on {host} port {port}: {error.strerror}"
    return None
