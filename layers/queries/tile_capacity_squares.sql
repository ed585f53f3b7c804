-- Which capacity lies in a tile, told by squares of a 64th of the tile's side? The squares are numbered over the
-- whole map, so that each asset counts in one square of one tile: that of the middle of its cell. Many assets have
-- one cell, and its middle is worked out once.
with map as (select st_xmax(box) as half, 2 * st_xmax(box) / (64 * 2 ^ %(z)s) as m from st_tileenvelope(0, 0, 0) box),
cells as (
    select geometry, level, status, count(*) as assets, max(open_capacity_kva) as open_capacity_kva
    from disclosure.published
    where edition_id = %(edition)s
        and geometry && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    group by geometry, level, status
),
middles as (
    select g.geometry,
        floor((st_x(c.middle) + map.half) / map.m)::bigint as i,
        floor((map.half - st_y(c.middle)) / map.m)::bigint as j
    from map cross join (select distinct geometry from cells) g
    cross join lateral (select st_transform(st_centroid(g.geometry), 3857) as middle offset 0) c
),
squares as (
    select i, j, level, status, sum(assets)::bigint as assets, max(open_capacity_kva) as open_capacity_kva
    from cells join middles using (geometry)
    where i between 64 * %(x)s::bigint and 64 * %(x)s::bigint + 63
        and j between 64 * %(y)s::bigint and 64 * %(y)s::bigint + 63
    group by i, j, level, status
),
counted as (
    select i, j, level, sum(assets)::bigint as assets,
        coalesce(sum(assets) filter (where status = 'open'), 0)::bigint as open,
        coalesce(sum(assets) filter (where status = 'tight'), 0)::bigint as tight,
        coalesce(sum(assets) filter (where status = 'restricted'), 0)::bigint as restricted,
        coalesce(sum(assets) filter (where status = 'unknown'), 0)::bigint as unknown,
        (array_agg(status order by assets desc, status))[1] as status,
        max(open_capacity_kva)::float8 as open_capacity_kva
    from squares
    group by i, j, level
),
drawn as (
    select st_asmvtgeom(
            st_makeenvelope(c.i * map.m - map.half, map.half - (c.j + 1) * map.m,
                (c.i + 1) * map.m - map.half, map.half - c.j * map.m, 3857),
            st_tileenvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom,
        c.level, c.assets, c.open, c.tight, c.restricted, c.unknown, c.status, c.open_capacity_kva
    from counted c cross join map
)
select st_asmvt(drawn, 'capacity', 4096, 'geom') from drawn
