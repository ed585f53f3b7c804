"""Locks of the register, held until the transaction ends.

They are taken in one order, so that no two transactions wait for each other: the register, the site, the
assets at the top in the order of their ids, and at last the claim itself. Imports, which may change assets,
readings and claims, hold the register alone; what happens to single claims shares it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, text

from layers.tables.grid import assets

_REGISTER = "select pg_advisory_xact_lock{}(hashtext('kaimen claims'))"
_SITE = "select pg_advisory_xact_lock(hashtextextended('kaimen site ' || :site, 0))"


def hold_register_alone(connection: Connection) -> None:
    """Wait until nobody else has the register, and keep everybody out."""
    connection.execute(text(_REGISTER.format("")))


def hold_register(connection: Connection) -> None:
    """Wait for an import to end, and keep others out; single claims do not exclude each other."""
    connection.execute(text(_REGISTER.format("_shared")))


def hold_site(connection: Connection, site: str) -> None:
    """Keep out whoever changes a claim of the same site, given in its normal form."""
    connection.execute(text(_SITE), {"site": site})


def hold_assets(connection: Connection, roots: Collection[str]) -> None:
    """Keep out whoever takes capacity below the same assets at the top."""
    statement = select(assets.c.id).where(assets.c.id.in_(list(roots))).order_by(assets.c.id)
    # Rows that refer to the asset may still come: a key lock is compatible.
    connection.execute(statement.with_for_update(key_share=True))
