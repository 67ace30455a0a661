"""Stands between a client and the gateway, passes every byte on as it is, and can tell afterwards what was said."""

import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

NO_BODY = (204, 304)


@dataclass
class Exchange:
    """A request with its answer; the status is 0 where none came."""

    method: str
    path: str
    headers: dict
    body: bytes
    status: int = 0
    answer_headers: dict = field(default_factory=dict)
    answer: bytes = b""

    def __str__(self):
        return f"{self.method} {self.path} -> {self.status}"


class Witness:
    """Listens on a port of its own for one upstream, until it is closed."""

    def __init__(self, upstream):
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname, parts.port)
        self.connections = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.upstream)
            sent, got = bytearray(), bytearray()
            with self.lock:
                self.connections.append((sent, got))
            threading.Thread(target=self.pump, args=(client, server, sent), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, got), daemon=True).start()

    def pump(self, source, sink, kept):
        try:
            while data := source.recv(65536):
                kept.extend(data)
                sink.sendall(data)
        except OSError:
            pass
        for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
            try:
                end.shutdown(how)
            except OSError:
                pass

    def exchanges(self):
        """Everything said so far, in the order of connections."""
        with self.lock:
            connections = [(bytes(sent), bytes(got)) for sent, got in self.connections]
        found = []
        for sent, got in connections:
            requests = list(messages(sent))
            answers = messages(got, [line.split(" ")[0] for line, _, _ in requests])
            for (line, headers, body), answer in zip(requests, padded(answers)):
                method, path, _ = line.split(" ", 2)
                found.append(Exchange(method, path, headers, body, *answer))
        return found

    def calls(self, endings):
        """What was asked of a model: counting of tokens, lists and probes left out."""
        return [e for e in self.exchanges() if e.method == "POST" and e.path.split("?")[0].endswith(endings)]


def padded(answers):
    for line, headers, body in answers:
        yield int(line.split(" ")[1]), headers, body
    while True:
        yield 0, {}, b""


def messages(data, methods=None):
    """The HTTP/1.1 messages in a run of bytes; for answers, with the methods that they answer."""
    methods = iter(methods) if methods is not None else None
    while b"\r\n\r\n" in data:
        head, _, data = data.partition(b"\r\n\r\n")
        line, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
        if methods is None:
            body, data = body_of(headers, data, ends_with_connection=False)
        else:
            status = int(line.split(" ")[1])
            if status == 100:
                continue
            if next(methods, "") == "HEAD" or status in NO_BODY:
                body = b""
            else:
                body, data = body_of(headers, data, ends_with_connection=True)
        yield line, headers, body


def body_of(headers, data, ends_with_connection):
    """The body at the start of a run of bytes, and what is behind it."""
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while b"\r\n" in data:
            size, _, data = data.partition(b"\r\n")
            length = int(size.split(b";")[0] or b"0", 16)
            body, data = body + data[:length], data[length + 2 :]
            if length == 0:
                break
        return body, data
    if "content-length" in headers:
        length = int(headers["content-length"])
        return data[:length], data[length:]
    return (data, b"") if ends_with_connection else (b"", data)
