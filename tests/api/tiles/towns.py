"""A seeded town made in SQL: parcels in rows, a screening of them, feeders, stations, land, roads and readings."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine, text

WEST, SOUTH = 120.31, 31.02
STEP: Final = 0.0009
"""From one parcel to the next, degrees: about 86 m by 100 m."""

CLASSES: Final = ("plug_and_play", "filing", "approval", "restricted", "unreachable", "unknown")
HOSTILE: Final = "<img src=x onerror=alert(1)> ' \" ; drop table grid.parcels; -- 名 \u202e𠮷\n\t{0}%s"
RUN: Final = "run-of-own-loads"
RUN_1000: Final = "run-of-1000"


def _statements(columns: int, rows: int) -> list[str]:
    x, y = f"{WEST} + i * {STEP}", f"{SOUTH} + j * {STEP}"
    span_x, span_y = columns * STEP, rows * STEP
    words = ", ".join(f"'{each}'" for each in CLASSES)
    return [
        "select setseed(0.25)",
        "insert into grid.import_batches (layer, files, format, mapping, options, findings, rows_read,"
        " rows_inserted, rows_updated, rows_unchanged, rows_deleted, rows_rejected)"
        " values ('x', '[]', 'CSV', '{}', '{}', '[]', 0, 0, 0, 0, 0, 0)",
        # Six corners, none of them in line with its neighbours.
        "insert into grid.parcels (id, name, land_use, load_kva, geom, batch_id)"
        " select 'P' || lpad((j * :columns + i)::text, 6, '0'), (j * :columns + i) || '号地块',"
        " (array['R2', 'B1', 'M1', 'A3'])[1 + (i + j) % 4],"
        " case when (i + 2 * j) % 5 = 0 then 100 + ((i * 7919 + j * 104729) % 9973) / 7.0 end,"
        f" st_setsrid(st_makepolygon(st_makeline(array[st_point({x}, {y}),"
        f" st_point({x} + 0.0004, {y} + 0.00003), st_point({x} + 0.0008, {y} + 0.00001 * random()),"
        f" st_point({x} + 0.00079, {y} + 0.0008), st_point({x} + 0.0003, {y} + 0.00077),"
        f" st_point({x} + 0.00001, {y} + 0.00079), st_point({x}, {y})])), 4326), 1"
        " from generate_series(0, :columns - 1) i, generate_series(0, :rows - 1) j",
        "insert into siting.runs (id, made_at, request, inputs, \"on\", rows, summary, zones, sha256) values"
        f" ('{RUN_1000}', '2026-11-01', '{{\"load\": {{\"kva\": 1000.0}}}}', '{{}}', '2026-11-01', 0, '{{}}', '{{}}', ''),"
        f" ('{RUN}', '2026-11-02', '{{\"load\": null}}', '{{}}', '2026-11-02', 0, '{{}}', '{{}}', '')",
        "insert into siting.run_rows (run_id, parcel_id, class, failed_test, load_kva, load_source, open_capacity_kva)"
        f" select '{RUN}', id, (array[{words}])[1 + n % 6], case when n % 6 > 0 then 'no_entry' end,"
        " coalesce(load_kva, 55.5 + n % 400), case when load_kva is null then 'land_use' else 'stated' end, 4321.987"
        " from (select id, load_kva, right(id, 6)::int as n from grid.parcels) p where n % 50 <> 49",
        "insert into siting.run_rows (run_id, parcel_id, class, load_kva, load_source)"
        f" select '{RUN_1000}', id, 'restricted', 1000, 'argument' from grid.parcels",
        "insert into siting.zone_parts (run_id, reach_m, class, load_kva, geom)"
        f" select '{RUN}', 200 * k, (array['plug_and_play', 'filing'])[k], 160,"
        f" st_setsrid(st_makeenvelope({WEST} + 0.01 * k, {SOUTH} + 0.01 * k,"
        f" {WEST} + {span_x} / 2 * k, {SOUTH} + {span_y} / 2 * k), 4326) from generate_series(1, 2) k",
        "insert into grid.assets select 'S' || k, 'substation' from generate_series(0, 3) k",
        "insert into grid.assets select 'F' || k, 'feeder' from generate_series(0, 39) k",
        "insert into grid.assets select 'T' || k, 'transformer' from generate_series(0, 399) k",
        "insert into grid.substations (id, name, voltage_kv, geom, batch_id)"
        f" select 'S' || k, '变电站' || k, 110, st_setsrid(st_point({WEST} + {span_x} * (k + 0.5) / 4.3,"
        f" {SOUTH} + {span_y} * (0.17 + 0.2 * k)), 4326), 1 from generate_series(0, 3) k",
        "insert into grid.feeders (id, name, substation_ref, substation_id, voltage_kv, construction, geom, batch_id)"
        " select 'F' || k, '10kV' || k || '线', s.id, s.id, 10, 'cable', st_setsrid(st_collect("
        " st_makeline(st_startpoint(l), st_lineinterpolatepoint(l, 0.5)),"
        " st_makeline(st_lineinterpolatepoint(l, 0.5), st_endpoint(l))), 4326), 1"
        " from generate_series(0, 39) k join grid.substations s on s.id = 'S' || k % 4 cross join lateral"
        " (select st_makeline(array[s.geom, st_translate(s.geom, 0.011 * cos(k), 0.003 * sin(k)),"
        " st_translate(s.geom, 0.019 * cos(k + 0.2), 0.017 * sin(k))]) as l) l",
        "insert into grid.transformers (id, name, feeder_ref, feeder_id, rated_kva, geom, batch_id)"
        " select 'T' || k, k || '号台区', f.id, f.id, 400,"
        " st_lineinterpolatepoint(st_linemerge(f.geom), (k / 40) / 10.0 + 0.03), 1"
        " from generate_series(0, 399) k join grid.feeders f on f.id = 'F' || k % 40",
        "insert into grid.capacity (id, asset_ref, asset_id, limit_a, rated_kva, peak_kva, data_date, batch_id)"
        " select 'R' || id, id, id, case level when 'feeder' then 400 end, case level when 'substation' then 100000 end,"
        " round((random() * case level when 'substation' then 40000 when 'feeder' then 5000 else 300 end)::numeric, 3),"
        " '2026-09-30', 1 from grid.assets where id <> 'F3'",
        "insert into grid.roads (id, name, class, geom, batch_id)"
        " select 'RX' || k || '-' || n, k || '号路', (array['primary', 'secondary', 'tertiary', 'local'])[1 + k % 4],"
        f" st_setsrid(st_makeline(st_point({WEST} + {span_x} * n / 50, {SOUTH} + {span_y} * k / 40),"
        f" st_point({WEST} + {span_x} * (n + 1) / 50, {SOUTH} + {span_y} * k / 40)), 4326), 1"
        " from generate_series(0, 39) k, generate_series(0, 49) n",
        "insert into grid.roads (id, name, class, geom, batch_id) values ('RT', null, 'track',"
        f" st_setsrid(st_makeline(st_point({WEST}, {SOUTH}), st_point({WEST} + {span_x}, {SOUTH} + {span_y})), 4326), 1)",
        *(
            f"insert into grid.{layer} (id, name, geom, batch_id) values ('{layer}', '{layer} 名',"
            f" st_setsrid(st_makeenvelope({WEST} - {at}, {SOUTH} - {at}, {WEST} - {at} + 0.03, {SOUTH} + 0.1), 4326), 1)"
            for layer, at in (("water", 0.01), ("green", 0.02))
        ),
        "insert into grid.railways (id, name, geom, batch_id) values ('RW', '铁路',"
        f" st_setsrid(st_makeline(st_point({WEST}, {SOUTH}), st_point({WEST} + {span_x}, {SOUTH} + 0.01)), 4326), 1)",
        "insert into grid.layer_versions (layer, batch_id) select unnest(array['parcels', 'roads', 'water', 'green',"
        " 'railways', 'substations', 'feeders', 'transformers', 'capacity']), 1",
    ]  # fmt: skip


def fill_town(engine: Engine, columns: int, rows: int) -> None:
    """Put a town of so many parcels into an empty database."""
    with engine.begin() as connection:
        for each in _statements(columns, rows):
            given = {"columns": columns, "rows": rows} if ":columns" in each else {}
            connection.execute(text(each), given)
        connection.execute(
            text("update grid.parcels set name = :name where id in ('P000007', 'P000011')"), {"name": HOSTILE}
        )
        # As small as a square metre, and one that is none on any tile: a sliver.
        for identity, wide, high in (("P000003", 0.00001, 0.00001), ("P000005", 0.0005, 0.0000001)):
            connection.execute(
                text(
                    "update grid.parcels set geom = st_makeenvelope(st_x(c), st_y(c), st_x(c) + :wide, st_y(c) + :high,"
                    " 4326) from (select st_centroid(geom) c from grid.parcels where id = :id) c where id = :id"
                ),
                {"id": identity, "wide": wide, "high": high},
            )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))
