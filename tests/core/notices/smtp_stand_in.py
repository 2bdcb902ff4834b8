"""An SMTP server of a few lines: takes one mail at a time on a free port and remembers the recipients."""

import socketserver
import threading


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731  (a protocol reads best in one place)
        say("220 stand-in")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            if word == "DATA":
                say("354 go on")
                while self.rfile.readline().strip() != b".":
                    pass
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                if line.upper().startswith("RCPT TO:"):
                    self.server.recipients.append(line.partition(":")[2].partition(" ")[0])
                say("250 fine")


class SmtpStandIn:
    """`with SmtpStandIn() as server:` answers on server.port."""

    def __enter__(self) -> "SmtpStandIn":
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation)
        self._server.recipients = self.recipients = []
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
