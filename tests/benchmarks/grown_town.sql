-- More for the town of town.sql: streets between its parcels, substations all over it, feeders along the streets.
-- A street runs after every second row of parcels and every fifth column; 5 m from either side of it are parcels.
create temp table extent as select 120.30995::float8 as west, 31.01995::float8 as south, 0.0009::float8 as step;

insert into grid.roads (id, name, class, geom, batch_id)
select 'H' || j || '-' || i, j || '街', case j % 20 when 0 then 'secondary' else 'local' end,
    st_setsrid(st_makeline(
        st_point(west + i * step, south + j * step), st_point(west + least(i + 10, :columns) * step, south + j * step)
    ), 4326),
    1
from extent, generate_series(0, :rows, 2) j, generate_series(0, :columns - 1, 10) i;

insert into grid.roads (id, name, class, geom, batch_id)
select 'V' || i || '-' || j, i || '巷', case i % 25 when 0 then 'secondary' else 'local' end,
    st_setsrid(st_makeline(
        st_point(west + i * step, south + j * step), st_point(west + i * step, south + least(j + 10, :rows) * step)
    ), 4326),
    1
from extent, generate_series(0, :columns, 5) i, generate_series(0, :rows - 1, 10) j;

-- One at each 50th column and row, with 20 feeders of 4 transformers.
create temp table stations as
select 'SB' || row_number() over (order by i, j) as id, i, j
from generate_series(10, :columns - 1, 50) i, generate_series(10, :rows - 1, 50) j;

create temp table lines as
select 'FB' || right(s.id, -2) || '-' || n as id, s.id as station, n,
    st_setsrid(st_makeline(array[
        st_point(west + s.i * step, south + s.j * step), st_point(west + (s.i + across) * step, south + s.j * step),
        st_point(west + (s.i + across) * step, south + (s.j + along) * step)
    ]), 4326) as geom
from extent, stations s, generate_series(0, 19) n,
    lateral (select 5 * (1 + n / 4) * (case n % 2 when 0 then 1 else -1 end) as across,
        (6 + 2 * (n % 9)) * (case n / 2 % 2 when 0 then 1 else -1 end) as along) at;

insert into grid.assets select id, 'substation' from stations;
insert into grid.assets select id, 'feeder' from lines;

insert into grid.substations (id, name, voltage_kv, geom, batch_id)
select id, '城区变' || right(id, -2), case when i % 100 = 10 then 220 else 110 end,
    st_setsrid(st_point(west + i * step, south + j * step), 4326), 1
from extent, stations;

insert into grid.feeders (id, name, substation_ref, substation_id, voltage_kv, construction, geom, batch_id)
select id, '10kV' || right(id, -2) || '线', station, station, 10, 'cable', st_multi(geom), 1 from lines;

insert into grid.assets select 'TB' || right(id, -2) || '-' || k, 'transformer' from lines, generate_series(1, 4) k;

insert into grid.transformers (id, name, feeder_ref, feeder_id, rated_kva, geom, batch_id)
select 'TB' || right(id, -2) || '-' || k, right(id, -2) || '-' || k || '号台区', id, id, 630,
    st_lineinterpolatepoint(geom, k / 4.5), 1
from lines, generate_series(1, 4) k;

insert into grid.capacity (id, asset_ref, asset_id, limit_a, rated_kva, peak_kva, data_date, batch_id)
select 'R' || id, id, id, 400, null::float8, 1000 + (n * 7919) % 5900, date '2026-09-30', 1 from lines
union all
select 'R' || id, id, id, null::float8, 100000, 20000 + 100 * i, date '2026-09-30', 1 from stations
union all
select 'R' || id, id, id, null::float8, 630, 100 + ascii(right(id, 1)) * 7, date '2026-09-30', 1
from grid.transformers where id like 'TB%';

drop table extent, stations, lines;
