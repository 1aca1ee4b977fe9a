"""A TCP proxy that records: any client, to any server."""

from __future__ import annotations

import socket
import threading
from dittofs.replay.recording import CLIENT, SERVER, Recording
from dittofs.rpc import record

_SIZE = 1 << 18


class Proxy:
    """Takes connections at (host, port), carries them to the server, and records what goes over them.

    Bytes pass as they come; what is recorded is whole RPC messages. Closing it closes its connections.
    """

    def __init__(self, server: str, server_port: int, recording: Recording, host: str = "127.0.0.1", port: int = 0) -> None:
        self.recording = recording
        self._server = (server, server_port)
        self._listener = socket.create_server((host, port))
        self.host, self.port = self._listener.getsockname()[:2]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server)
            except OSError:
                client.close()
                continue
            number = self.recording.connection()
            with self._lock:
                self._open |= {client, server}
            for source, target, sender in ((client, server, CLIENT), (server, client, SERVER)):
                thread = threading.Thread(target=self._carry, args=(source, target, sender, number), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _carry(self, source: socket.socket, target: socket.socket, sender: str, number: int) -> None:
        source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        frames = record.Deframer()
        try:
            while data := source.recv(_SIZE):
                # Recorded first: a reply must not be in the recording before the call it answers.
                for message in frames.feed(data):
                    self.recording.add(number, sender, message)
                target.sendall(data)
        except OSError:
            pass  # one side is gone: so is the other
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other direction was faster

    def close(self) -> None:
        self._listener.close()
        with self._lock:
            still = list(self._open)
        for each in still:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed by its peer
        for thread in self._threads[1:]:
            thread.join(5)
        for each in still:
            each.close()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
