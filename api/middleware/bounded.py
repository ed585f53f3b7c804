"""Bounds of a request: what is too large, too slow or not plain is refused before a route sees it."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from typing import Final, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bounds import (
    BODY_SECONDS,
    DRAIN_SECONDS,
    DRAINED_BYTES,
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_URL_BYTES,
)

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_CONTROL: Final = re.compile("[\x00-\x1f]")
_LONG: Final = 65_536  # to parse more would keep others waiting
_CLOSE: Final = {"Connection": "close"}
_VERSIONS: Final = frozenset({"1.0", "1.1", "2", "3"})
_JSON: Final = re.compile(r"application/(?:[\w.-]+\+)?json", re.ASCII | re.IGNORECASE)


class Bounded:
    """Refuses what is out of bounds, and hands the body on whole."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Raises
        ------
        HTTPException
            400, 408, 413, 414, 415, 431.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        _require_plain(scope, headers)
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            await self.app(scope, receive, send)
            return
        body = await _body(headers, receive)
        if body:
            if len(body) > _LONG:
                await run_in_threadpool(_require_json, headers, body)
            else:
                _require_json(headers, body)
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replayed, send)


def _require_plain(scope: Scope, headers: Headers) -> None:
    if len(scope.get("raw_path", scope["path"])) + len(scope["query_string"]) > MAX_URL_BYTES:
        raise HTTPException(414)
    size = sum([len(name) + len(value) for name, value in scope["headers"]])
    if size > MAX_HEADER_BYTES or len(scope["headers"]) > MAX_HEADERS:
        raise HTTPException(431)
    # NUL is no text for PostgreSQL, and control characters are none of an id.
    query = scope["query_string"].lower()
    if b"%00" in query or b"\0" in query or _CONTROL.search(scope["path"]):
        raise HTTPException(400)
    if scope["http_version"] not in _VERSIONS:
        raise HTTPException(400, headers=_CLOSE)
    if "transfer-encoding" in headers and "content-length" in headers:
        # A proxy in front may have believed the other one of the two.
        raise HTTPException(400, headers=_CLOSE)
    hosts = headers.getlist("host")
    if len(hosts) != 1 and (hosts or scope["http_version"] == "1.1"):
        raise HTTPException(400, headers=_CLOSE)
    if hosts and not _HOST.fullmatch(hosts[0]):
        raise HTTPException(400)


async def _body(headers: Headers, receive: Receive) -> bytes:
    announced = headers.get("content-length")
    if announced is not None and not announced.isdecimal():
        raise HTTPException(400)
    if announced is not None and int(announced[:20]) > MAX_BODY_BYTES:
        await _too_large(receive)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    await _too_large(receive)
                more = message.get("more_body", False)
    except TimeoutError as fault:
        raise HTTPException(408, headers=_CLOSE) from fault
    return bytes(body)


async def _too_large(receive: Receive) -> NoReturn:
    """Refuse a body; first read on for a while: who is cut off while it writes does not read the answer."""
    left = DRAINED_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            more = True
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    raise HTTPException(413, headers=_CLOSE)


def _require_json(headers: Headers, body: bytes) -> None:
    """Refuse what is no JSON, and what Python reads as JSON and is none: NaN, 1e999, half a character."""
    media_type = headers.get("content-type", "").partition(";")[0].strip()
    if not _JSON.fullmatch(media_type) or headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415)
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as fault:  # also text that is no UTF-8
        raise HTTPException(400) from fault
    if b"\\u0000" in body:
        raise HTTPException(400)
