"""Which asset is meant by an id or a name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from gis.claims.rules import is_text
from gis.names import NameIndex
from layers.database import driver
from layers.intake.joins import things
from layers.tables.batches import aliases
from layers.tables.grid import assets


@dataclass(frozen=True, slots=True)
class FoundAsset:
    """An asset: its id and level; or, where there is none, a sentence that says so with what is near."""

    id: str = ""
    level: str = ""
    fault: str = ""


def find_asset(connection: Connection, words: str) -> FoundAsset:
    """Return the asset that has this id, or else this name or reviewed spelling and no other has."""
    if not is_text(words):
        return FoundAsset(fault=f"asset {words!r} is no text")
    by_id = select(assets.c.level).where(assets.c.id == words)
    level = connection.scalar(by_id)
    if level is not None:
        return FoundAsset(words, level)
    known = {row.spelling: row.meaning for row in connection.execute(select(aliases))}
    with driver(connection) as raw:
        index = NameIndex(list(things(raw, "assets")), known)
    match = index.resolve(words)
    if match.id is not None:
        return FoundAsset(match.id, next(each.level for each in index.things if each.id == match.id))
    if match.outcome == "ambiguous":
        return FoundAsset(fault=f"{words!r} is the name of several assets: {', '.join(match.candidates)}")
    return FoundAsset(fault=f"asset {words!r} is not known; {_nearest(index, words)}")


def _nearest(index: NameIndex, words: str) -> str:
    """Return the assets whose id or name is most like the words."""
    if not index.things:
        return "the database has no assets yet"
    named = {each.name: each.id for each in reversed(index.things) if each.name}
    ids = NameIndex([type(each)(each.id, each.id) for each in index.things])
    near = dict.fromkeys([*ids.nearest(words), *(f"{named[each]} {each}" for each in index.nearest(words))])
    return f"nearest: {', '.join(near)}" if near else "no asset is like it"
