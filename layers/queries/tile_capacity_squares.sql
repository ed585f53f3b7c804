-- Which capacity lies in a tile, told by squares of a 64th of the tile's side? The squares are numbered over the
-- whole map, so that each asset counts in one square of one tile: that of the middle of its cell.
with map as (select st_xmax(box) as half, 2 * st_xmax(box) / (64 * 2 ^ %(z)s) as m from st_tileenvelope(0, 0, 0) box),
seen as (
    select p.level, p.status, p.open_capacity_kva,
        floor((st_x(c.middle) + map.half) / map.m)::bigint as i,
        floor((map.half - st_y(c.middle)) / map.m)::bigint as j
    from map
    join disclosure.published p
        on p.edition_id = %(edition)s
        and p.geometry && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    cross join lateral (select st_transform(st_centroid(p.geometry), 3857) as middle) c
),
counted as (
    select i, j, level, count(*) as assets,
        count(*) filter (where status = 'open') as open, count(*) filter (where status = 'tight') as tight,
        count(*) filter (where status = 'restricted') as restricted,
        count(*) filter (where status = 'unknown') as unknown,
        mode() within group (order by status) as status, max(open_capacity_kva)::float8 as open_capacity_kva
    from seen
    where i between 64 * %(x)s::bigint and 64 * %(x)s::bigint + 63
        and j between 64 * %(y)s::bigint and 64 * %(y)s::bigint + 63
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
