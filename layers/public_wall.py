"""The second wall (数据库侧隔离): a login of the database that sees what is for everybody and nothing else.

It reads the tables of editions, and of the working layers the views that the map of the public is made from.

The rights are the wall. The time limits and the read-only transactions of its connections keep an honest
question from becoming a burden; a session could set them anew.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gis.errors import DatabaseError
from layers.database import driver, open_engine

ROLE: Final = "kaimen_public"
"""The login."""

STATEMENT_TIMEOUT_MS: Final = 10_000
"""How long one question of the public may take."""

_SETTINGS: Final = {
    "default_transaction_read_only": "on",
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "30000",
}
_RAISE: Final = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_BREACHES: Final = Path(__file__).with_name("public_wall_breaches.sql").read_text(encoding="utf-8")
_SHOWN: Final = 10


def raise_wall(private: Engine) -> None:
    """Make the login where there is none and this user may, and give and take the rights; may be repeated.

    Raises
    ------
    DatabaseError
        Where the database cannot be written to.
    """
    with private.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(hashtext('kaimen wall'))"))
        try:
            with driver(connection) as raw:
                raw.execute(_RAISE.encode())
        except DBAPIError as refused:
            raise DatabaseError(
                f"the login {ROLE} cannot be given its rights: {str(refused.orig).strip()}",
                repair="run `kaimen db upgrade` with the login that owns the tables, on the primary server",
            ) from refused


def open_public_engine(url: str) -> Engine:
    """Return an engine for the public: it only reads, and no question takes for ever."""
    return open_engine(url, _SETTINGS)


def public_url(private: Engine) -> str:
    """Return the URL of the login beside the private one.

    Where the private user comes in by a password, the login has one that follows from it, so that every
    process that serves knows it and nobody has to choose or keep it.
    """
    with private.connect() as connection, driver(connection) as raw:
        own = raw.pgconn.password
    password = hmac.digest(own, ROLE.encode(), hashlib.sha256).hex() if own else None
    url = private.url.set(username=ROLE, password=password)
    return url.render_as_string(hide_password=False)


def admit(private: Engine, public: Engine) -> None:
    """See to it that the login with the URL of `public_url` can come in.

    Raises
    ------
    DatabaseError
        Where it cannot, and this user may not change that.
    """
    try:
        public.connect().close()
    except OperationalError as refused:
        if public.url.password is None or not _set_password(private, str(public.url.password)):
            raise _no_login(str(refused.orig)) from refused
        public.connect().close()


def _set_password(private: Engine, password: str) -> bool:
    """Give the login its password, as a hash that the server may log; False where that is refused."""
    with private.connect() as connection, driver(connection) as raw:
        verifier = raw.pgconn.encrypt_password(password.encode(), ROLE.encode()).decode()
        quoted = verifier.replace("'", "''")
        try:
            raw.execute(f"alter role {ROLE} password '{quoted}'".encode())
            raw.commit()
        except psycopg.Error:
            return False
    return True


def _no_login(words: str) -> DatabaseError:
    return DatabaseError(
        f"the login {ROLE}, which answers the public, cannot be used: {words.strip()}",
        repair=f"have the database's administrator make it (create role {ROLE} login password '...'), run"
        " `kaimen db upgrade`, and set KAIMEN_PUBLIC_DATABASE_URL",
    )


def require_wall(public: Engine) -> None:
    """Refuse a login that may do more than read editions and the views of the public's map, or less.

    Raises
    ------
    DatabaseError
        With every breach.
    """
    try:
        with public.connect() as connection:
            found = [str(each) for each in connection.scalars(text(_BREACHES))]
    except OperationalError as refused:
        raise _no_login(str(refused.orig)) from refused
    if found:
        more = (f"… and {len(found) - _SHOWN} more",) if len(found) > _SHOWN else ()
        raise DatabaseError(
            f"the login {public.url.username!r} is no wall: it has to read what is for everybody, no more",
            repair="run `kaimen db upgrade` with the login that owns the tables, and give"
            f" KAIMEN_PUBLIC_DATABASE_URL no other login than {ROLE}",
            faults=(*found[:_SHOWN], *more),
        )
