"""What is published, read for the public: the newest edition, one asset, pages of rows (公开数据查询).

The statements read the schema ``disclosure`` alone. A row leaves the database as JSON, as it will stand in
the answer. Pages go by key and never by offset, so that the last page costs what the first does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice

from psycopg import sql
from sqlalchemy import Engine

from gis.bbox import SYSTEMS, Box, System
from layers.queries.collections import Collection
from layers.queries.reading import reading
from layers.queries.statements import statement

Shape = Callable[[Collection], sql.Composable]
"""What stands for a row of a collection: ``as_object``, or ``as_feature`` of a system."""

_IDS_AT_ONCE = 2_000
_MOST_BOXES = 2


@dataclass(frozen=True, slots=True)
class Newest:
    """Which edition is the newest: its id, its hash, and how many rows it has."""

    id: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Heading:
    """What every answer from an edition says of it.

    Attributes
    ----------
    id, sha256, rows, as_of, created_at
        As of its header.
    cadence
        How often an edition is due.
    bands_kva
        Lower bounds of the bands that figures are shown by; none where they are exact.
    rows_of
        Rows of each of its public tables.
    sources
        Whose data it shows; None of an edition of an earlier version.
    """

    id: str
    sha256: str
    rows: int
    as_of: date
    created_at: datetime
    cadence: str
    bands_kva: Sequence[float]
    rows_of: Mapping[str, int]
    sources: Sequence[Mapping[str, str]] | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest edition tells of an asset.

    Attributes
    ----------
    edition, heading
        The edition; None while there is none.
    body
        The asset's row as JSON; None where it has none.
    """

    edition: Newest | None
    heading: Heading | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; what is not stated narrows nothing.

    Attributes
    ----------
    boxes
        One of which the place touches; empty for anywhere.
    days
        First and last day of the collection's day, None where open; None for any, also for none at all.
    equal
        Column -> the word it holds.
    ids
        Keys that may be answered, ascending by their bytes; None for any.
    """

    boxes: tuple[Box, ...] = ()
    days: tuple[date | None, date | None] | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
    ids: Sequence[str] | None = None

    @property
    def anything(self) -> bool:
        """Whether nothing is narrowed."""
        return not (self.boxes or self.equal) and self.days is None and self.ids is None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page.

    Attributes
    ----------
    rows
        Each as JSON.
    last
        Key of the last row where more follow; None on the last page.
    """

    rows: tuple[str, ...]
    last: str | None


def newest_edition(engine: Engine) -> Newest | None:
    """Return the newest edition; None while there is none."""
    with reading(engine) as connection:
        row = connection.execute(statement("newest_edition")).fetchone()
    return None if row is None else Newest(*row)


def read_heading(engine: Engine, edition: str) -> Heading | None:
    """Return what is said of an edition; None where there is none of that id."""
    with reading(engine) as connection:
        row = connection.execute(statement("edition_heading"), {"edition": edition}).fetchone()
    if row is None:
        return None
    return Heading(*row)


def published_runs(engine: Engine) -> frozenset[str]:
    """Return the ids of the screenings that editions hold."""
    with reading(engine) as connection:
        return frozenset(row[0] for row in connection.execute(statement("published_runs")))


def read_assets(engine: Engine, assets: Sequence[str]) -> tuple[Newest | None, dict[str, str]]:
    """Return the newest edition and its rows of some assets as JSON, by their ids; of others there is none.

    None and nothing while there is no edition.
    """
    with reading(engine) as connection:
        rows = connection.execute(statement("published_assets"), {"assets": list(assets)}).fetchall()
    if not rows:
        return None, {}
    return Newest(*rows[0][:3]), {asset: body for *_, asset, body in rows if asset is not None}


def read_page(
    engine: Engine,
    collection: Collection,
    edition: str | None,
    wanted: Wanted,
    *,
    after: str | None,
    limit: int,
    shape: Shape,
) -> Page:
    """Return a page of rows in the order of their keys.

    Parameters
    ----------
    engine
        Connections that may read what is published.
    collection
        Which.
    edition
        Id of the edition, for a collection that has editions.
    wanted
        Which rows.
    after
        Key of the row before the page; None for the first page.
    limit
        Rows of a page, at least 1.
    shape
        What stands for a row.
    """
    if wanted.ids is None:
        question = page_question(collection, edition, wanted, after=after, limit=limit + 1, shape=shape)
        with reading(engine) as connection:
            found = connection.execute(question).fetchall()
        return _page(found, limit)
    ids = iter(each for each in wanted.ids if after is None or each > after)
    collected: list[tuple[str, str]] = []
    with reading(engine) as connection:
        while len(collected) <= limit and (some := list(islice(ids, _IDS_AT_ONCE))):
            question = page_question(
                collection, edition, wanted, after=None, limit=limit + 1, shape=shape, ids=some
            )
            collected += connection.execute(question).fetchall()
    return _page(collected, limit)


def _page(found: Sequence[tuple[str, str]], limit: int) -> Page:
    rows = tuple(body for _, body in found[:limit])
    return Page(rows, found[limit - 1][0] if len(found) > limit else None)


def page_question(
    collection: Collection,
    edition: str | None,
    wanted: Wanted,
    *,
    after: str | None,
    limit: int,
    shape: Shape,
    ids: Sequence[str] | None = None,
) -> sql.Composed:
    """Return the statement that reads a page: key and row."""
    key, place = sql.Identifier(collection.key), sql.Identifier(collection.place)
    narrowed: list[sql.Composable] = [sql.SQL("true")]
    if collection.editions:
        narrowed.append(sql.SQL("edition_id = {}").format(sql.Literal(edition)))
    if after is not None:
        narrowed.append(sql.SQL("{} > {}").format(key, sql.Literal(after)))
    if ids is not None:
        narrowed.append(sql.SQL("{} = any({})").format(key, sql.Literal(list(ids))))
    if wanted.boxes:
        touching = [_touches(place, each) for each in wanted.boxes[:_MOST_BOXES]]
        narrowed.append(sql.SQL("({})").format(sql.SQL(" or ").join(touching)))
    if wanted.days is not None and collection.day is not None:
        narrowed += _within(sql.Identifier(collection.day), *wanted.days)
    allowed = {each.name for each in collection.columns} & set(collection.filters)
    narrowed += [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(word))
        for name, word in wanted.equal.items()
        if name in allowed
    ]
    return sql.SQL("select {key}, {shape} from {table} where {narrowed} order by {key} limit {limit}").format(
        key=key,
        shape=shape(collection),
        table=sql.Identifier(collection.schema, collection.table),
        narrowed=sql.SQL(" and ").join(narrowed),
        limit=sql.Literal(limit),
    )


def _touches(place: sql.Identifier, box: Box) -> sql.Composed:
    corners = sql.SQL(", ").join(map(sql.Literal, (box.west, box.south, box.east, box.north)))
    return sql.SQL("st_intersects({}, st_makeenvelope({}, 4326))").format(place, corners)


def _within(day: sql.Identifier, first: date | None, last: date | None) -> list[sql.Composable]:
    asked: list[sql.Composable] = [sql.SQL("{} is not null").format(day)]
    if first is not None:
        asked.append(sql.SQL("{} >= {}").format(day, sql.Literal(first)))
    if last is not None:
        asked.append(sql.SQL("{} <= {}").format(day, sql.Literal(last)))
    return asked


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and when the rows of a collection are; None where nothing is known."""

    box: Box | None
    days: tuple[date, date] | None


def read_extent(engine: Engine, collection: Collection, edition: str | None) -> Extent:
    """Return the extent of a collection, or of an edition of it."""
    day = sql.SQL("null") if collection.day is None else sql.Identifier(collection.day)
    question = sql.SQL(
        "select st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box), first, last from"
        " (select st_extent({place}) as box, min({day}) as first, max({day}) as last"
        " from {table} where {narrowed}) t"
    ).format(
        place=sql.Identifier(collection.place),
        day=day,
        table=sql.Identifier(collection.schema, collection.table),
        narrowed=sql.SQL("edition_id = {}").format(sql.Literal(edition))
        if collection.editions
        else sql.SQL("true"),
    )
    with reading(engine) as connection:
        row = connection.execute(question).fetchone()
    west, south, east, north, first, last = row or (None,) * 6
    return Extent(
        None if west is None else Box(west, south, east, north), None if first is None else (first, last)
    )


def as_object(collection: Collection) -> sql.Composable:
    """Return a row as one object of its columns, the place as GeoJSON."""
    parts = [_pair(each.name, sql.Identifier(each.name)) for each in collection.properties]
    parts.append(_pair(collection.place, sql.SQL("{}::json").format(_geojson(collection, "CRS84"))))
    return sql.SQL("json_build_object({})::text").format(sql.SQL(", ").join(parts))


def as_feature(system: System = "CRS84") -> Shape:
    """Return what makes a GeoJSON feature of a row, coordinates in a system and in the order of its axes."""
    return partial(_feature, system)


def _feature(system: System, collection: Collection) -> sql.Composable:
    properties = [_pair(each.name, sql.Identifier(each.name)) for each in collection.properties]
    # Put together as text: to read the geometry as JSON first takes as long as all the rest.
    return sql.SQL(
        """concat('{{"type":"Feature","id":', to_json({key}), ',"geometry":', coalesce({place}, 'null'),"""
        """ ',"properties":', json_build_object({properties}), '}}')"""
    ).format(
        key=sql.Identifier(collection.key),
        place=_geojson(collection, system),
        properties=sql.SQL(", ").join(properties),
    )


def _pair(name: str, value: sql.Composable) -> sql.Composable:
    return sql.SQL("{}, {}").format(sql.Literal(name), value)


def _geojson(collection: Collection, system: System) -> sql.Composable:
    reference = SYSTEMS[system]
    place: sql.Composable = sql.Identifier(collection.place)
    if reference.srid != SYSTEMS["CRS84"].srid:
        place = sql.SQL("st_transform({}, {})").format(place, sql.Literal(reference.srid))
    if reference.latitude_first:
        place = sql.SQL("st_flipcoordinates({})").format(place)
    # The third argument leaves out a "crs" that RFC 7946 does not know.
    return sql.SQL("st_asgeojson({}, {}, 0)").format(place, sql.Literal(reference.decimals))
