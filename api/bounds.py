"""How much one request may ask for; every route takes its bounds from here."""

from __future__ import annotations

from typing import Final

MAX_URL_BYTES: Final = 8_192
"""Path and query as they are sent; more is 414."""

MAX_HEADER_BYTES: Final = 16_384
"""Names and values of all header fields; more is 431."""

MAX_HEADERS: Final = 100
"""Header fields; more is 431."""

MAX_HEAD_BYTES: Final = 2 * (MAX_URL_BYTES + MAX_HEADER_BYTES)
"""Request line and header that have not ended; more is 400, and the connection is closed."""

MAX_BODY_BYTES: Final = 1_048_576
"""Body of a request; more is 413."""

BODY_SECONDS: Final = 20.0
"""How long a body may take to arrive; more is 408."""

DRAINED_BYTES: Final = 8 * MAX_BODY_BYTES
"""How much of a body that is too large is read before its connection is closed."""

DRAIN_SECONDS: Final = 2.0
"""For how long."""

HEAD_SECONDS: Final = 10.0
"""How long request line and header may take to arrive; then the connection is closed."""

MAX_VERTICES: Final = 10_000
"""Vertices of a geometry that is asked about."""

MAX_PARTS: Final = 500
"""Parts and rings of a geometry that is asked about."""

MAX_EXTENT_M: Final = 20_000.0
"""Greatest side of the box around a geometry that is asked about."""

K_MAX: Final = 20
"""Connection options that are worked out."""

LIMIT_M_MAX: Final = 5_000.0
"""Farthest route that is searched for."""

Q_MAX_CHARS: Final = 100
"""Characters of a search text."""

PAGE_DEFAULT: Final = 100
"""Rows of a page where the request names no number."""

PAGE_MAX: Final = 10_000
"""Rows of a page."""
