-- How many parcels of which class, with which load, lie in each square of a 64th of the tile's side? The squares are
-- numbered over the whole map, so that each parcel counts in one square of one tile: that of its middle. Parcels keep
-- the smallest square, of zoom 12; those of a zoom further out are twice as wide.
with map as (select st_xmax(box) as half_m, 2 * st_xmax(box) / (64 * 2 ^ %(z)s) as side_m from st_tileenvelope(0, 0, 0) box),
counted as materialized (
    select p.square_x >> 12 - %(z)s as i, p.square_y >> 12 - %(z)s as j, count(*) as count,
        sum(floor(10 * coalesce(r.load_kva, p.load_kva) + 0.5) / 10) as kva,
        count(*) filter (where class = 'plug_and_play') as plug_and_play,
        count(*) filter (where class = 'filing') as filing, count(*) filter (where class = 'approval') as approval,
        count(*) filter (where class = 'restricted') as restricted,
        count(*) filter (where class = 'unreachable') as unreachable,
        count(*) filter (where class = 'unknown') as unknown, count(*) filter (where class is null) as unscreened
    from grid.parcels p left join siting.run_rows r on r.run_id = %(run)s and r.parcel_id = p.id
    where p.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    group by i, j
),
drawn as (
    select st_asmvtgeom(
            st_makeenvelope(c.i * map.side_m - map.half_m, map.half_m - (c.j + 1) * map.side_m,
                (c.i + 1) * map.side_m - map.half_m, map.half_m - c.j * map.side_m, 3857),
            st_tileenvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom,
        c.count, round(c.kva::numeric, 1)::float8 as kva,
        case nullif(greatest(plug_and_play, filing, approval, restricted, unreachable, unknown), 0)
            when plug_and_play then 'plug_and_play' when filing then 'filing' when approval then 'approval'
            when restricted then 'restricted' when unreachable then 'unreachable' when unknown then 'unknown'
        end as class,
        c.plug_and_play, c.filing, c.approval, c.restricted, c.unreachable, c.unknown, c.unscreened
    from counted c cross join map
    where i between 64 * %(x)s::int and 64 * %(x)s::int + 63 and j between 64 * %(y)s::int and 64 * %(y)s::int + 63
    order by c.j, c.i
)
select st_asmvt(drawn, 'parcels', 4096, 'geom') from drawn
