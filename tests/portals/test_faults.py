"""What goes wrong at a made-up portal goes wrong on the wire, as it does with real ones."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Iterator

import httpx
import pytest

from tests.portals import faults
from tests.portals.exchange import Answer, Ending, Fault, Harm, Request
from tests.portals.server import Portal

LINES = [f"line {number}" for number in range(200)]
TEXT = "\n".join([*LINES, ""])


class Lines(Portal):
    """A portal that gives some lines."""

    content_type = "text/plain"

    def answer(self, request: Request) -> Answer:
        if request.path == "/mistake":
            raise ZeroDivisionError
        shown = LINES[int(request.query.get("from", "0")) :][:100] if "from" in request.query else LINES

        def render(lines: object) -> bytes:
            return "".join(f"{line}\n" for line in lines).encode() if isinstance(lines, list) else b""

        return Answer(200, render(shown), {"ETag": '"x"'}, shown, render)


@pytest.fixture
def portal() -> Iterator[Lines]:
    with Lines() as portal:
        yield portal


@pytest.fixture
def client(portal: Lines) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal.url, trust_env=False, verify=False) as client:
        yield client


def test_a_fault_is_for_the_kth_request_that_matches_and_for_some_after_it(portal: Lines, client: httpx.Client) -> None:
    portal.faults.append(Fault(faults.status(503), at=2, times=2, matching="from=1"))
    asked = [client.get(f"/lines?from={start}").status_code for start in (1, 0, 1, 0, 1, 1)]
    assert asked == [200, 200, 503, 200, 503, 200]
    assert [request.query["from"] for request in portal.log] == ["1", "0", "1", "0", "1", "1"]
    assert portal.log[0].headers["host"] == portal.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (faults.reset(), httpx.ReadError),
        (faults.cut(Ending.SHORTER_THAN_TOLD, 0.9), httpx.RemoteProtocolError),
        (faults.cut(Ending.CHUNKS_WITHOUT_END, 0.9), httpx.RemoteProtocolError),
        (faults.cut(Ending.CHUNKS_WITHOUT_END, 1.0), httpx.RemoteProtocolError),
    ],
)
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_the_wire_tells_when_an_answer_breaks_off(
    portal: Lines, client: httpx.Client, harm: Harm, error: type[Exception], coding: str
) -> None:
    portal.faults.append(Fault(harm))
    with pytest.raises(error):
        client.get("/lines", headers={"Accept-Encoding": coding})
    assert client.get("/lines").text == TEXT


def test_the_wire_does_not_tell_when_no_length_was_said(portal: Lines, client: httpx.Client) -> None:
    portal.faults += [Fault(faults.cut(Ending.UNTOLD), at=1, times=2), Fault(faults.cut_after_a_line(0.9), at=3)]
    plain = client.get("/lines", headers={"Accept-Encoding": "identity"})
    assert plain.status_code == 200
    assert plain.text == TEXT[: len(plain.text)]
    assert 0 < len(plain.text) < len(TEXT)
    with client.stream("GET", "/lines", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    with pytest.raises(EOFError):
        gzip.decompress(raw)
    assert TEXT.startswith(zlib.decompressobj(31).decompress(raw).decode())
    lines = client.get("/lines").text.splitlines()
    assert lines == LINES[: len(lines)]
    assert 0 < len(lines) < 200


def test_a_portal_that_does_not_answer(portal: Lines, client: httpx.Client) -> None:
    late = threading.Event()
    portal.faults.append(Fault(faults.held(late)))
    with pytest.raises(httpx.ReadTimeout):
        client.get("/lines", timeout=0.05)
    late.set()
    assert client.get("/lines").text == TEXT


def test_pages_that_are_not_what_was_asked_for(portal: Lines, client: httpx.Client) -> None:
    portal.faults += [
        Fault(faults.repeated(), at=2),
        Fault(faults.reordered(), at=3),
        Fault(faults.shortened(0.25), at=4),
        Fault(faults.garbled(), at=5),
        Fault(faults.html_under_a_false_name(), at=6),
        Fault(faults.redirect("/sign-in"), at=7),
    ]
    first = client.get("/lines?from=0").text
    assert client.get("/lines?from=100").text == first
    assert client.get("/lines?from=100").text.splitlines() == LINES[:99:-1]
    assert client.get("/lines?from=100").text.splitlines() == LINES[100:125]
    with pytest.raises(UnicodeDecodeError):
        client.get("/lines?from=100").content.decode()
    page = client.get("/lines?from=100")
    assert page.text.startswith("<!DOCTYPE html>")
    assert page.headers["ETag"] == '"x"'
    assert client.get("/lines").headers["Location"] == "/sign-in"


def test_an_answer_that_is_known_has_no_body_and_head_has_none_either(client: httpx.Client) -> None:
    known = client.get("/lines", headers={"If-None-Match": '"y", "x"'})
    assert (known.status_code, known.content) == (304, b"")
    head = client.head("/lines", headers={"Accept-Encoding": "identity"})
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(TEXT)))


def test_a_mistake_of_the_portals_own_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="itself is broken"), Lines() as portal:
        assert httpx.get(f"{portal.url}/mistake", trust_env=False, verify=False).status_code == 500
