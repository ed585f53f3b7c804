"""Requests that nobody sends by mistake, over a real socket."""

from __future__ import annotations

import re
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import Request
from sqlalchemy import Engine

from api.app import create_app
from api.middleware import bounded
from api.operations.tokens import create_token
from api.requests import TierOf
from api.server import _config
from api.service import Service
from api.settings import Settings

PATIENCE_S = 30
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as bytes on the wire."""

    raw: bytes

    @property
    def status(self) -> int:
        found = re.match(rb"HTTP/1\.1 (\d{3}) ", self.raw)
        assert found, self.raw
        return int(found[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]


@dataclass(frozen=True, slots=True)
class Target:
    """A server that runs, and a token of it."""

    port: int
    token: str

    def send(self, raw: bytes) -> Reply:
        """Send bytes and return all that comes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port)) as asked:
            asked.settimeout(PATIENCE_S)
            asked.sendall(raw)
            found = b""
            while part := asked.recv(65536):
                found += part
        return Reply(found)

    def get(self, path: str, *headers: str, method: str = "GET") -> Reply:
        lines = [f"{method} {path} HTTP/1.1", "Host: kaimen", *headers, "Connection: close", "", ""]
        return self.send("\r\n".join(lines).encode("utf-8"))

    def post(self, body: bytes, *headers: str, kind: str = JSON) -> Reply:
        lines = ["POST /probe/echo HTTP/1.1", "Host: kaimen", f"Content-Type: {kind}", *headers]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
        return self.send("\r\n".join(lines).encode() + body)


@pytest.fixture(scope="module")
def target(
    shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """Serve as `kaimen serve` does, with routes that tell what has reached them."""
    home: Path = tmp_path_factory.mktemp("attacked")
    settings = Settings(home=home, database_url=None, rate_limit=0, log_level="error")
    app = create_app(Service(settings, *shared_engines))

    @app.post("/probe/echo")
    def echo(body: dict[str, Any]) -> dict[str, int]:
        return {"keys": len(body)}

    @app.get("/probe/seen")
    def seen(request: Request, tier: TierOf) -> dict[str, str]:
        return {"tier": tier.name, "url": str(request.url), "method": request.method}

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(_config(settings, app))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    yield Target(listener.getsockname()[1], create_token(shared_engines[0], "planner", None, 1).whole)
    server.should_exit = True
    thread.join()
    listener.close()


PATHS = [
    "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//healthz", "/./healthz",
    "/healthz/",
    "/healthz/..;/metrics", "/healthz;x=1", "/HEALTHZ", "/healthz%20", "/%68ealthz/x", "/healthz%00",
    "/healthz%0d%0aX-A:b",
    "/healthz%00.json", "/%ff%fe", "/%ed%a0%80", "/%c0%ae%c0%ae/", "/" + "/\u202ehealthz".encode().hex(),
    "/%E5%BC%80%E9%97%A8",
    "/api/v1/../../metrics", "/static/../app.py", "/" + "a/" * 3000, "/" + "%41" * 2000, "/*", "/~root",
    "/.git/config", "/.env",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:24])
def test_a_path_that_is_none_is_not_found(target: Target, path: str) -> None:
    reply = target.get(path)
    assert reply.status in {400, 404}
    assert reply.headers["content-type"] == "application/problem+json"
    assert "location" not in reply.headers
    assert "x-a" not in reply.headers


@pytest.mark.parametrize(
    "query",
    ["?lang=zh%0d%0aSet-Cookie:%20a=b", "?lang=%00", "?a=%00", "?" + "&" * 5000, "?" + "a=1&" * 1500,
    "?%ff=%fe", "?lang=zh&lang=en"],
    ids=lambda query: query[:12],
)  # fmt: skip
def test_a_query_that_is_odd_is_refused_or_ignored(target: Target, query: str) -> None:
    reply = target.get("/healthz" + query)
    assert reply.status == (400 if "%00" in query else 200)
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "header",
    [
        "X-Original-URL: /probe/seen", "X-Rewrite-URL: /probe/seen", "X-HTTP-Method-Override: POST",
        "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /evil",
        "Forwarded: host=evil.example;proto=https", "X-Forwarded-For: 127.0.0.1", "X-Kaimen-Tier: OPERATOR",
        "Kaimen.Tier: 2", "Cookie: tier=operator", "X-Forwarded-Port: 1", "Range: bytes=0-1",
        "Upgrade: websocket",
        "Accept-Language: zh;q=nan, en;q=inf, " + "a" * 5000, "Accept-Encoding: gzip;q=0, *",
        "If-None-Match: *",
        "Expect: nonsense", "Content-Length: 0",
    ],
)  # fmt: skip
def test_a_header_changes_neither_path_nor_host_nor_tier(target: Target, header: str) -> None:
    reply = target.get("/probe/seen", header)
    assert reply.status == 200
    assert b'"tier":"PUBLIC"' in reply.body
    assert b'"url":"http://kaimen/probe/seen"' in reply.body
    assert b"evil" not in reply.raw


POST = b"POST /probe/echo HTTP/1.1\r\nHost: a\r\n"
REFUSED = {
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a host with a path": b"GET /healthz HTTP/1.1\r\nHost: evil/x?\r\nConnection: close\r\n\r\n",
    "a host with a quote": b'GET /healthz HTTP/1.1\r\nHost: a"><script>\r\nConnection: close\r\n\r\n',
    "a user in the host": b"GET /healthz HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length beyond 64 bits": POST + b"Content-Length: 99999999999999999999\r\n\r\n",
    "a path without a slash": b"GET healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a folded header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
    "a bare line feed": b"GET /healthz HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "a bare carriage return": b"GET /healthz HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "a length and chunks": POST + b"Content-Type: application/json\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
    "chunks of another kind": POST + b"Transfer-Encoding: xchunked\r\n\r\n",
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
    "a blank before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n",
    "a chunk that is no number": POST + b"Content-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a line break in a name": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\nY: b\r\n\r\n",
    "NUL in a value": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no HTTP": b"\r\nhello\r\n\r\n",
    "a header without end": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70_000,
    "a space in the path": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_plain_request_is_refused_and_the_connection_closed(target: Target, raw: bytes) -> None:
    reply = target.send(raw)
    assert reply.status in {400, 501}
    assert reply.raw.count(b"HTTP/1.1 ") == 1  # nothing behind it was taken for a second request
    assert b"<script>" not in reply.raw


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "DELETE", "GET" * 20])
def test_a_method_that_is_not_known_is_not_allowed(target: Target, method: str) -> None:
    assert target.get("/healthz", method=method).status in {400, 404, 405}


BODIES: dict[str, tuple[bytes, int]] = {
    "an object": (b'{"a": 1}', 200),
    "nothing": (b"", 422),
    "NaN": (b'{"a": NaN}', 400),
    "Infinity": (b'{"a": -Infinity}', 400),
    "more than a number holds": (b'{"a": 1e999}', 400),
    "ten thousand digits": (b'{"a": ' + b"9" * 10_000 + b"}", 400),
    "a deep array": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "a deep object": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
    "half a character": (b'{"a": "\\ud800"}', 400),
    "half a character as a name": (b'{"\\udfff": 1}', 400),
    "NUL": (b'{"a": "\\u0000"}', 400),
    "no UTF-8": (b'{"a": "\xff"}', 400),
    "no JSON": (b"{a: 1}", 400),
    "two values": (b"{}{}", 400),
    "an array": (b"[]", 422),
    "a text": (b'"a"', 422),
    "unicode": ('{"开门": "𠮷\u202e\u0301"}'.encode(), 200),
    "the same name twice": (b'{"a": 1, "a": 2}', 200),
    "the largest that may be": (b'{"a": "' + b"x" * (1_048_576 - 9) + b'"}', 200),
    "one byte more": (b'{"a": "' + b"x" * (1_048_576 - 8) + b'"}', 413),
}


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES.keys())
def test_a_body_is_plain_json_or_refused(target: Target, body: bytes, status: int) -> None:
    assert target.post(body).status == status


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/geo+json", 200), ("Application/JSON; charset=utf-8", 200), ("text/plain", 415),
     ("application/x-www-form-urlencoded", 415), ("multipart/form-data; boundary=x", 415),
     ("application/xml", 415),
     ("application/jsonx", 415), ("", 415)],
)  # fmt: skip
def test_a_body_of_another_type_is_refused(target: Target, kind: str, status: int) -> None:
    assert target.post(b"{}", kind=kind).status == status


def test_a_body_that_swells_is_refused(target: Target) -> None:
    bomb = zlib.compress(b"[" * 1_000_000)
    assert target.post(bomb, "Content-Encoding: deflate").status == 415


@pytest.mark.parametrize("length", ["1048577", "9999999999999999999"])
def test_a_length_out_of_bounds_is_refused_before_the_body_comes(
    target: Target, length: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = f"POST /probe/echo HTTP/1.1\r\nHost: a\r\nContent-Type: {JSON}\r\nContent-Length: {length}\r\n\r\n"
    monkeypatch.setattr(bounded, "DRAIN_SECONDS", 0.2)
    assert target.send(head.encode()).status == 413


def test_chunks_without_end_are_cut_off(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    head = (
        f"POST /probe/echo HTTP/1.1\r\nHost: a\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    monkeypatch.setattr(bounded, "DRAIN_SECONDS", 0.2)
    assert target.send(head.encode() + chunk * 17).status == 413


def test_a_body_that_does_not_come_is_not_waited_for(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "BODY_SECONDS", 0.2)
    head = f"POST /probe/echo HTTP/1.1\r\nHost: a\r\nContent-Type: {JSON}\r\nContent-Length: 10\r\n\r\n{{"
    reply = target.send(head.encode())
    assert reply.status == 408
    assert reply.headers["connection"] == "close"


def test_many_header_fields_are_refused(target: Target) -> None:
    assert target.get("/healthz", *(f"X-{number}: y" for number in range(200))).status == 431


def test_tiers_do_not_share_what_a_cache_keeps(target: Target) -> None:
    for _ in range(2):
        planner = target.get("/probe/seen", f"Authorization: Bearer {target.token}")
        public = target.get("/probe/seen")
        assert b'"tier":"PLANNER"' in planner.body
        assert b'"tier":"PUBLIC"' in public.body
        assert planner.headers["cache-control"].startswith("private")
        for reply in (planner, public):
            assert "Authorization" in reply.headers["vary"]


def test_a_token_in_the_address_is_none(target: Target) -> None:
    for query in (
        f"?token={target.token}",
        f"?access_token={target.token}",
        f"?authorization=Bearer%20{target.token}",
    ):
        assert b'"tier":"PUBLIC"' in target.get("/probe/seen" + query).body


def test_requests_in_a_row_are_answered_each_for_itself(target: Target) -> None:
    first = f"GET /probe/seen HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {target.token}\r\n\r\n"
    second = "GET /probe/seen HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    raw = target.send((first + second).encode()).raw
    assert [tier in raw for tier in (b"PLANNER", b"PUBLIC")] == [True, True]
    assert raw.index(b"PLANNER") < raw.index(b"PUBLIC")


def test_the_server_does_not_name_itself(target: Target) -> None:
    assert "server" not in target.get("/healthz").headers
