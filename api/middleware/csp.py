"""Content Security Policy: nothing for answers to programs, a nonce (一次性随机数) for pages."""

from __future__ import annotations

import secrets
from typing import Final

from fastapi import Request
from starlette.types import Scope

NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For answers that no browser has to render."""

_KEY: Final = "kaimen.nonce"


def nonce_of(request: Request) -> str:
    """Return the nonce of a page's scripts and styles: ``<script nonce="...">``.

    A page that asks for it is sent with a policy that lets these run and nothing else, and is never kept.
    """
    nonce: str = request.scope.setdefault(_KEY, secrets.token_urlsafe(16))
    return nonce


def policy_of(scope: Scope) -> str:
    """Return the policy of an answer: of a page where the nonce was asked for."""
    nonce = scope.get(_KEY)
    if nonce is None:
        return NOTHING
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
        " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:;"
        " manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def is_page(scope: Scope) -> bool:
    """Whether the answer is a page with a nonce."""
    return _KEY in scope
