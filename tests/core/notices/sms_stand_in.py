"""A gateway for text messages of a few lines: answers as it is told to, and remembers what came."""

import ipaddress
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Talk(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        gateway: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gateway.came.append({"token": self.headers["Authorization"], **body})
        status, headers = gateway.answers.pop(0) if gateway.answers else (200, {})
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *_args: Any) -> None:
        """Quiet: what came is in `came`."""


class SmsStandIn:
    """`with SmsStandIn() as gateway:` answers at gateway.url; `then(503, 200)` says how."""

    networks = (ipaddress.ip_network("127.0.0.0/8"),)

    def __enter__(self) -> "SmsStandIn":
        self._server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Talk)
        self.came = self._server.came = []
        self.answers = self._server.answers = []
        self.url = f"http://127.0.0.1:{self._server.server_port}/send"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def then(self, *statuses: int, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.extend((status, named) for status in statuses)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
