"""Tokens (访问令牌) that raise a request from the public tier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Engine

from api.tiers import Tier
from gis.errors import InputError
from layers.tokens import Role, Token, create, id_in, listed, revoke, role_of

MAX_DAYS: Final = 3650
_MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once: the whole of it, and what is kept."""

    whole: str
    kept: Token


def create_token(engine: Engine, role: Role, name: str | None, days: int) -> NewToken:
    """Make a token that ends by itself after some days.

    Raises
    ------
    InputError
        Where the name or the days are out of range.
    """
    faults = []
    if not 1 <= days <= MAX_DAYS:
        faults.append(f"days is {days}")
    if name is not None and not (name.isprintable() and 0 < len(name) <= _MAX_NAME):
        faults.append(f"the name has to be printable text of at most {_MAX_NAME} characters")
    if faults:
        raise InputError(
            "the token cannot be made",
            repair=f"give 1 to {MAX_DAYS} days and a plain name",
            faults=tuple(faults),
        )
    with engine.begin() as connection:
        return NewToken(*create(connection, role, name, days))


def list_tokens(engine: Engine, role: Role | None, name: str | None) -> list[Token]:
    """Return the tokens, of one role or name where these are given."""
    with engine.connect() as connection:
        return listed(connection, role, name)


def revoke_tokens(engine: Engine, ids: tuple[str, ...], role: Role | None, name: str | None) -> list[Token]:
    """End tokens; they are refused from the next request on.

    Raises
    ------
    InputError
        Where nothing says which, or nothing that was valid fits.
    """
    if not ids and role is None and name is None:
        raise InputError("nothing says which tokens", repair="give ids, --name or --role")
    with engine.begin() as connection:
        ended = revoke(connection, [id_in(each) for each in ids], role, name)
        missing = {id_in(each) for each in ids} - {each.id for each in ended}
        if missing or not ended:
            raise InputError(
                f"no token that is not revoked yet fits: {', '.join(sorted(missing)) or 'none at all'}",
                repair="`kaimen token list` shows them; nothing was revoked",
            )
    return ended


def tier_by_token(engine: Engine, shown: str) -> Tier | None:
    """Return the tier that a token raises to; None where it is not valid now."""
    with engine.connect() as connection:
        role = role_of(connection, shown)
    return None if role is None else Tier[role.upper()]


def token_json(token: Token) -> dict[str, Any]:
    """Return a token as the command line prints it."""
    ended = token.revoked_at
    return {
        "id": token.id,
        "role": token.role,
        "name": token.name,
        "created_at": token.created_at.isoformat(timespec="seconds"),
        "expires_at": token.expires_at.isoformat(timespec="seconds"),
        "revoked_at": None if ended is None else ended.isoformat(timespec="seconds"),
        "state": token.state(datetime.now(UTC)),
    }
