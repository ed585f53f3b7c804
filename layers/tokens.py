"""Tokens (访问令牌): made, found by what a request shows, listed, revoked.

A token is ``kaimen_ID_SECRET``. The secret has 256 bits from the system's generator, so one SHA-256 is enough
to keep: a slow hash protects words that people choose, and there is no list of such secrets to try.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, func, select, text
from sqlalchemy.dialects import postgresql

from layers.tables.tokens import tokens

Role = Literal["planner", "operator"]

_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_FORM: Final = re.compile(r"kaimen_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NOBODY: Final = "0" * 64

# Prepared by hand: every request with a token asks this.
_FIND: Final = text(
    f"select role, sha256, revoked_at is null and expires_at > now() from {tokens.fullname} where id = :id"  # noqa: S608  # our own table's name
)


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token; times are UTC.

    Attributes
    ----------
    id
        Its second part, to recognise it by.
    role, name
        What it raises to; whose it is.
    created_at, expires_at, revoked_at
        When it was made, ends by itself, was ended by hand (None where it was not).
    """

    id: str
    role: Role
    name: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def state(self, now: datetime) -> Literal["valid", "expired", "revoked"]:
        """Return what the token is worth."""
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if self.expires_at > now else "expired"


def create(connection: Connection, role: Role, name: str | None, days: int) -> tuple[str, Token]:
    """Make a token and return it with what is kept of it; it can never be shown again."""
    number = secrets.token_hex(_ID_BYTES)
    whole = f"kaimen_{number}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    row = connection.execute(
        postgresql.insert(tokens)
        .values(
            id=number,
            role=role,
            name=name,
            sha256=_hash(whole),
            expires_at=func.now() + func.make_interval(0, 0, 0, days),
        )
        .returning(*_told())
    )
    return whole, _token(row.mappings().one())


def role_of(connection: Connection, shown: str) -> Role | None:
    """Return the role of a token that is valid now, else None.

    The hash is compared in constant time, also where there is no such token.
    """
    form = _FORM.fullmatch(shown)
    if form is None:
        return None
    row = connection.execute(_FIND, {"id": form[1]}).one_or_none()
    role, known, valid = row or (None, _NOBODY, False)
    same = hmac.compare_digest(_hash(shown), known)
    return role if same and valid else None


def listed(connection: Connection, role: Role | None = None, name: str | None = None) -> list[Token]:
    """Return the tokens, of one role or name where these are given, in the order of their making."""
    statement = select(*_told()).where(*_filter(role, name)).order_by(tokens.c.created_at, tokens.c.id)
    return [_token(row) for row in connection.execute(statement).mappings()]


def revoke(
    connection: Connection, ids: Sequence[str], role: Role | None = None, name: str | None = None
) -> list[Token]:
    """End the tokens with these ids, or of this role and name; return those that were not ended before."""
    chosen = [tokens.c.id.in_(ids)] if ids else []
    statement = (
        tokens.update()
        .where(tokens.c.revoked_at.is_(None), *chosen, *_filter(role, name))
        .values(revoked_at=func.now())
        .returning(*_told())
    )
    found = [_token(row) for row in connection.execute(statement).mappings()]
    return sorted(found, key=lambda each: (each.created_at, each.id))


def id_in(shown: str) -> str:
    """Return the id of a token that is given whole or by its id."""
    form = _FORM.fullmatch(shown)
    return form[1] if form else shown


def _filter(role: Role | None, name: str | None) -> list[ColumnElement[bool]]:
    by_role = [] if role is None else [tokens.c.role == role]
    return by_role if name is None else [*by_role, tokens.c.name == name]


def _hash(whole: str) -> str:
    return hashlib.sha256(whole.encode("ascii")).hexdigest()


def _told() -> list[ColumnElement[Any]]:
    return [column for column in tokens.c if column.name != "sha256"]


def _token(row: Mapping[Any, Any]) -> Token:
    ended = row["revoked_at"]
    return Token(
        id=row["id"],
        role=row["role"],
        name=row["name"],
        created_at=row["created_at"].astimezone(UTC),
        expires_at=row["expires_at"].astimezone(UTC),
        revoked_at=None if ended is None else ended.astimezone(UTC),
    )
