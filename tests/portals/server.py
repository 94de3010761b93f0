"""A portal that exists only while a test runs: a real HTTP server on loopback which remembers what it was asked."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self, cast
from urllib.parse import parse_qsl, urlsplit

from tests.portals.exchange import Answer, Ending, Fault, Harm, Request

__all__ = ["Answer", "Ending", "Fault", "Harm", "Portal", "Request"]


class Portal(ABC):
    """The server of one protocol; `with` starts and stops it. `log` holds the requests in the order they came."""

    content_type: ClassVar[str] = "application/json;charset=utf-8"

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        self.log: list[Request] = []
        self.broken: list[BaseException] = []
        self.closing = threading.Event()
        self._before: dict[str, Answer] = {}
        self._lock = threading.RLock()
        self._server = _Server(self)

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """The right answer to a request."""

    @property
    def url(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, matching: str = "") -> list[Request]:
        """The requests whose path and query hold a text."""
        return [request for request in self.log if matching in request.text]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.close_all()
        self._thread.join()
        if self.broken and error is None:
            raise AssertionError("the made-up portal itself is broken") from self.broken[0]

    def respond(self, request: Request) -> Answer:
        """The answer that is given: the right one, or what the faults make of it."""
        with self._lock:
            self.log.append(request)
            met = [fault for fault in self.faults if fault.meets(request)]
            for fault in met:
                if fault.first:
                    fault.first()
            right = _conditional(request, self.answer(request))
            before = right
            if right.rows is not None:
                before = self._before.get(request.path, right)
                self._before[request.path] = right
            for fault in met:
                if fault.harm:
                    return fault.harm(right, before)
            return right


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_all(self) -> None:
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was quicker
                self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nothing to tell."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def portal(self) -> Portal:
        return cast("_Server", self.server).portal

    def do_GET(self) -> None:
        self._serve(b"")

    def do_HEAD(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, format: str, *args: Any) -> None:
        """The portal has its own log."""

    def _serve(self, form: bytes) -> None:
        address = urlsplit(self.path)
        sent = f"{address.query}&{form.decode()}".strip("&") if form else address.query
        request = Request(
            self.command,
            address.path,
            tuple(parse_qsl(sent, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
        )
        try:
            answer = self.portal.respond(request)
        except Exception as error:  # a mistake of the portal's own: told when the test leaves it
            self.portal.broken.append(error)
            answer = Answer(500, b"broken")
        self._send(answer, request)

    def _send(self, answer: Answer, request: Request) -> None:
        body, headers = answer.body, {"Content-Type": self.portal.content_type, **answer.headers}
        if "gzip" in request.headers.get("accept-encoding", "") and body and "Accept-Ranges" not in headers:
            body, headers = gzip.compress(body, 1, mtime=0), {**headers, "Content-Encoding": "gzip"}
        headers["Vary"] = "Accept-Encoding"
        match answer.ending:
            case Ending.RESET:
                self._reset()
                return
            case Ending.HELD:
                (answer.release or self.portal.closing).wait()
                self.close_connection = True
                return
            case Ending.CHUNKS_WITHOUT_END:
                headers["Transfer-Encoding"] = "chunked"
            case Ending.UNTOLD:
                headers["Connection"] = "close"
            case _:
                headers["Content-Length"] = str(len(body))
        if answer.ending != Ending.WHOLE:
            body = body[: int(len(body) * answer.share)]
            self.close_connection = True
        if answer.ending == Ending.CHUNKS_WITHOUT_END:
            body = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        self._write(answer.status, headers, b"" if self.command == "HEAD" else body)

    def _write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def _conditional(request: Request, answer: Answer) -> Answer:
    """304 for a client that has it already."""
    known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    tag = answer.headers.get("ETag")
    since, modified = request.headers.get("if-modified-since"), answer.headers.get("Last-Modified")
    same = tag in known if known != [""] else since is not None and since == modified
    if answer.status != HTTPStatus.OK or not same or (tag is None and modified is None):
        return answer
    return Answer(304, b"", {name: value for name, value in answer.headers.items() if name != "Content-Type"})
