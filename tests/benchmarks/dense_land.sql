-- The streets, water and green of a dense city over the town of tests/api/tiles/town.sql; :columns and :rows as there.
select setseed(0.5);

create temp table extent as
select 120.31::float8 as west, 31.02::float8 as south, :columns * 0.0009 as wide, :rows * 0.0009 as high;

-- From junction to junction, bent, with a name for twenty blocks; one in fourteen is left out.
insert into grid.roads (id, name, class, geom, batch_id)
select 'D' || way || i || '-' || j, case way when 'e' then j || '街' || i / 20 else i || '路' || j / 20 end || '段',
    case
        when line % 60 = 0 then 'expressway' when line % 30 = 0 then 'primary' when line % 15 = 0 then 'secondary'
        when line % 5 = 0 then 'tertiary' when line % 7 = 3 then 'track' else 'local'
    end,
    st_setsrid(st_makeline(array[
        st_point(x, y), st_point(x + dx * 0.3 + 0.00002 * random(), y + dy * 0.3 + 0.00002 * random()),
        st_point(x + dx * 0.6 + 0.00003 * random(), y + dy * 0.6 - 0.00003 * random()), st_point(x + dx, y + dy)
    ]), 4326),
    1
from extent, generate_series(0, :columns) i, generate_series(0, :rows) j,
    (values ('e', 0.0009, 0.0), ('n', 0.0, 0.0009)) as ahead (way, dx, dy),
    lateral (
        select west + i * 0.0009 as x, south + j * 0.0009 as y, case way when 'e' then j else i end as line
    ) at
where (i * 7 + j * 13) % 14 > 0;

-- Round, most of them small, a few of some kilometres.
create temp table round as
select k, k % 6 = 0 as is_water, st_buffer(
        st_setsrid(st_point(west + wide * random(), south + high * random()), 4326), 0.0002 * (1 + 20 * random() ^ 6), 12
    ) as geom
from extent, generate_series(1, :columns * :rows / 7) k;

insert into grid.water (id, name, geom, batch_id) select 'D' || k, k || '号湖', geom, 1 from round where is_water;
insert into grid.green (id, name, geom, batch_id) select 'D' || k, k || '号公园', geom, 1 from round where not is_water;

drop table extent, round;
