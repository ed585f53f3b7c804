-- A seeded town: parcels in rows, two screenings of them, feeders, stations, readings, roads, land.
-- :columns and :rows are set by towns.py; a parcel is 0.0009 degrees from the next, about 86 m by 100 m.
select setseed(0.25);

create temp table extent as
select 120.31::float8 as west, 31.02::float8 as south, :columns * 0.0009 as wide, :rows * 0.0009 as high;

insert into grid.import_batches (layer, files, format, mapping, options, findings, rows_read,
    rows_inserted, rows_updated, rows_unchanged, rows_deleted, rows_rejected)
values ('x', '[]', 'CSV', '{}', '{}', '[]', 0, 0, 0, 0, 0, 0);

-- Six corners, none of them quite in line with its neighbours.
insert into grid.parcels (id, name, land_use, load_kva, geom, batch_id)
select 'P' || lpad((j * :columns + i)::text, 6, '0'), (j * :columns + i) || '号地块',
    (array['R2', 'B1', 'M1', 'A3'])[1 + (i + j) % 4],
    case when (i + 2 * j) % 5 = 0 then 100 + ((i * 7919 + j * 104729) % 9973) / 7.0 end,
    st_setsrid(st_makepolygon(st_makeline(array[
        st_point(x, y), st_point(x + 0.0004, y + 0.00003), st_point(x + 0.0008, y + 0.00001 * random()),
        st_point(x + 0.00079, y + 0.0008), st_point(x + 0.0003, y + 0.00077), st_point(x + 0.00001, y + 0.00079),
        st_point(x, y)
    ])), 4326),
    1
from extent, generate_series(0, :columns - 1) i, generate_series(0, :rows - 1) j,
    lateral (select west + i * 0.0009 as x, south + j * 0.0009 as y) at;

insert into siting.runs (id, made_at, request, inputs, "on", rows, summary, zones, sha256) values
    ('run-of-1000', '2026-11-01', '{"load": {"kva": 1000.0}}', '{}', '2026-11-01', 0, '{"by_class": {}, "area_ha": {}}', '{}', ''),
    ('run-of-own-loads', '2026-11-02', '{"load": null}', '{}', '2026-11-02', 0, '{"by_class": {}, "area_ha": {}}', '{}', '');

insert into siting.run_rows (run_id, parcel_id, class, failed_test, load_kva, load_source, open_capacity_kva)
select 'run-of-own-loads', id,
    (array['plug_and_play', 'filing', 'approval', 'restricted', 'unreachable', 'unknown'])[1 + n % 6],
    case when n % 6 > 0 then 'no_entry' end, coalesce(load_kva, 55.5 + n % 400),
    case when load_kva is null then 'land_use' else 'stated' end, 4321.987
from (select id, load_kva, right(id, 6)::int as n from grid.parcels) p
where n % 50 <> 49;

insert into siting.run_rows (run_id, parcel_id, class, load_kva, load_source)
select 'run-of-1000', id, 'restricted', 1000, 'argument' from grid.parcels;

insert into siting.zone_parts (run_id, reach_m, class, load_kva, geom)
select 'run-of-own-loads', 200 * k, (array['plug_and_play', 'filing'])[k], 160,
    st_makeenvelope(west + 0.01 * k, south + 0.01 * k, west + wide / 2 * k, south + high / 2 * k, 4326)
from extent, generate_series(1, 2) k;

insert into grid.assets select 'S' || k, 'substation' from generate_series(0, 3) k;
insert into grid.assets select 'F' || k, 'feeder' from generate_series(0, 39) k;
insert into grid.assets select 'T' || k, 'transformer' from generate_series(0, 399) k;

insert into grid.substations (id, name, voltage_kv, geom, batch_id)
select 'S' || k, '变电站' || k, 110,
    st_setsrid(st_point(west + wide * (k + 0.5) / 4.3, south + high * (0.17 + 0.2 * k)), 4326), 1
from extent, generate_series(0, 3) k;

-- Each in two pieces, so that there is something to join.
insert into grid.feeders (id, name, substation_ref, substation_id, voltage_kv, construction, geom, batch_id)
select 'F' || k, '10kV' || k || '线', s.id, s.id, 10, 'cable',
    st_collect(st_linesubstring(line, 0, 0.5), st_linesubstring(line, 0.5, 1)), 1
from generate_series(0, 39) k
join grid.substations s on s.id = 'S' || k % 4
cross join lateral (
    select st_makeline(array[
        s.geom, st_translate(s.geom, 0.011 * cos(k), 0.003 * sin(k)),
        st_translate(s.geom, 0.019 * cos(k + 0.2), 0.017 * sin(k))
    ]) as line
) l;

insert into grid.transformers (id, name, feeder_ref, feeder_id, rated_kva, geom, batch_id)
select 'T' || k, k || '号台区', f.id, f.id, 400, st_lineinterpolatepoint(st_linemerge(f.geom), (k / 40) / 10.0 + 0.03), 1
from generate_series(0, 399) k
join grid.feeders f on f.id = 'F' || k % 40;

insert into grid.capacity (id, asset_ref, asset_id, limit_a, rated_kva, peak_kva, data_date, batch_id)
select 'R' || id, id, id, case level when 'feeder' then 400 end, case level when 'substation' then 100000 end,
    round((random() * case level when 'substation' then 40000 when 'feeder' then 5000 else 300 end)::numeric, 3),
    '2026-09-30', 1
from grid.assets
where id <> 'F3';

insert into grid.roads (id, name, class, geom, batch_id)
select 'R' || k || '-' || n, k || '号路', (array['primary', 'secondary', 'tertiary', 'local'])[1 + k % 4],
    st_setsrid(st_makeline(
        st_point(west + wide * n / 50, south + high * k / 40), st_point(west + wide * (n + 1) / 50, south + high * k / 40)
    ), 4326),
    1
from extent, generate_series(0, 39) k, generate_series(0, 49) n;

insert into grid.roads (id, name, class, geom, batch_id)
select 'RT', null, 'track', st_setsrid(st_makeline(st_point(west, south), st_point(west + wide, south + high)), 4326), 1
from extent;

insert into grid.water (id, name, geom, batch_id)
select 'W', '湖', st_makeenvelope(west - 0.01, south - 0.01, west + 0.02, south + 0.1, 4326), 1 from extent;

insert into grid.green (id, name, geom, batch_id)
select 'G', '绿地', st_makeenvelope(west - 0.02, south - 0.02, west + 0.01, south + 0.1, 4326), 1 from extent;

insert into grid.railways (id, name, geom, batch_id)
select 'RW', '铁路', st_setsrid(st_makeline(st_point(west, south), st_point(west + wide, south + 0.01)), 4326), 1 from extent;

-- As small as a square metre, and one that is none on any tile: a sliver.
update grid.parcels p
set geom = st_makeenvelope(st_x(c), st_y(c), st_x(c) + wide, st_y(c) + high, 4326)
from (
    select id, st_centroid(geom) as c, case id when 'P000003' then 0.00001 else 0.0005 end as wide,
        case id when 'P000003' then 0.00001 else 0.0000001 end as high
    from grid.parcels where id in ('P000003', 'P000005')
) small
where p.id = small.id;

insert into grid.layer_versions (layer, batch_id)
select unnest(array[
    'parcels', 'roads', 'water', 'green', 'railways', 'substations', 'feeders', 'transformers', 'capacity'
]), 1;
