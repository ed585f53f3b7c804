"""The same questions put to pgRouting: the arcs in PostGIS, searched within a box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psycopg
import shapely

from tests.benchmarks.cities import City
from tests.benchmarks.peers import Problem

_TABLES = """
create unlogged table arcs_read (
    id bigint, source bigint, target bigint, cost float8, ax float8, ay float8, bx float8, by float8
);
create unlogged table taps_read (feeder bigint, corner bigint, cost float8, x float8, y float8);
create unlogged table feeders (feeder bigint primary key, capacity_kva float8)
"""
_INDEXES = """
create unlogged table arcs as
    select id, source, target, cost, st_makeline(st_makepoint(ax, ay), st_makepoint(bx, by)) as geom
    from arcs_read;
create unlogged table taps as
    select -(row_number() over ())::bigint as id, r.corner as source, -1000000 - r.feeder as target, r.cost,
        f.capacity_kva, st_makepoint(r.x, r.y) as geom
    from taps_read r join feeders f using (feeder);
create index on arcs using gist (geom);
create index on taps using gist (geom);
drop table arcs_read;
drop table taps_read;
vacuum analyze;
checkpoint
"""
"""The last two leave the server nothing to do by itself while either side is timed."""
# The parcel is vertex -1, feeder n is -1000000 - n; a tap leads to its feeder and not back. Vertex -2
# is nowhere: without any vertex to go to there would be an error.
_NEAREST = """
select end_vid, node, edge, agg_cost from pgr_dijkstranear(
    $q$ select id, source, target, cost, cost as reverse_cost from arcs where geom && {box}
        union all select id, source, target, cost, -1 from taps where geom && {box} and capacity_kva >= {load}
        union all values {doors} $q$,
    -1, array(select distinct target from taps where geom && {box} and capacity_kva >= {load}
        union select -2),
    directed => true, cap => {k})
"""


def available(url: str) -> bool:
    """Return whether the server has pgRouting to offer."""
    with psycopg.connect(url) as connection:
        known = connection.execute("select from pg_available_extensions where name = 'pgrouting'")
        return known.fetchone() is not None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A database with pgRouting and the arcs of one city under one criterion."""

    connection: psycopg.Connection
    city: City
    problem: Problem

    @classmethod
    def of(cls, connection: psycopg.Connection, city: City, problem: Problem) -> Neighbour:
        """Load all arcs and taps; the connection commits by itself."""
        connection.execute("create extension pgrouting cascade")
        for statement in _TABLES.split(";"):
            connection.execute(statement.encode())
        graph, taps = city.corridors.graph, problem.taps
        ends = [
            values[arc] for arc in (graph.arc_a, graph.arc_b) for values in (graph.corner_x, graph.corner_y)
        ]
        _copy(
            connection,
            "arcs_read",
            [np.arange(graph.arcs), graph.arc_a, graph.arc_b, problem.arc_cost, *ends],
        )
        place = [graph.corner_x[taps.corner], graph.corner_y[taps.corner]]
        _copy(connection, "taps_read", [taps.owner, taps.corner, taps.cost, *place])
        capacity = np.nan_to_num(city.capacity_kva, nan=-1.0)
        _copy(connection, "feeders", [np.arange(len(capacity)), capacity])
        for statement in _INDEXES.split(";"):
            connection.execute(statement.encode())
        return cls(connection, city, problem)

    def version(self) -> str:
        """Return the versions of pgRouting and PostgreSQL."""
        row = self.connection.execute("select pgr_version(), current_setting('server_version')").fetchone()
        return "{} in PostgreSQL {}".format(*row) if row else ""

    def question(self, parcel: int, k: int, around_m: float) -> bytes:
        """Return the statement that asks for the nearest able feeders within so many metres of a parcel."""
        west, south, east, north = shapely.bounds(self.city.parcels[parcel])
        corners = (west - around_m, south - around_m, east + around_m, north + around_m)
        ways = self.problem.entries.from_owner(parcel)
        rows = ", ".join(
            f"({-1_000_000_000 - at}::int8, -1::int8, {corner}::int8, {cost}::float8, -1)"
            for at, (corner, cost) in enumerate(ways)
        )
        box = "st_makeenvelope({:.3f}, {:.3f}, {:.3f}, {:.3f})".format(*corners)
        return _NEAREST.format(box=box, load=self.city.load_kva[parcel], doors=rows, k=k).encode()

    def nearest(self, question: bytes) -> dict[int, int]:
        """Return the cost of each feeder found: what is timed."""
        rows = self.connection.execute(question).fetchall()
        return {-1_000_000 - int(vertex): round(cost) for vertex, _, edge, cost in rows if edge == -1}


def _copy(connection: psycopg.Connection, table: str, columns: list[np.ndarray]) -> None:
    statement = f"copy {table} from stdin".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _blocks(columns):
            copy.write(block)


def _blocks(columns: list[np.ndarray], rows: int = 100_000) -> Iterator[str]:
    for first in range(0, len(columns[0]), rows):
        parts = [column[first : first + rows].tolist() for column in columns]
        yield "".join("\t".join(map(str, row)) + "\n" for row in zip(*parts, strict=True))
