-- Which capacity lies in a tile, told by the cells that places are generalised to?
with tile as (select st_tileenvelope(%(z)s, %(x)s, %(y)s) as box),
counted as (
    select p.geometry, p.level, count(*) as assets,
        count(*) filter (where p.status = 'open') as open, count(*) filter (where p.status = 'tight') as tight,
        count(*) filter (where p.status = 'restricted') as restricted,
        count(*) filter (where p.status = 'unknown') as unknown,
        mode() within group (order by p.status) as status,
        max(p.open_capacity_kva)::float8 as open_capacity_kva
    from tile t
    join disclosure.published p
        on p.edition_id = %(edition)s
        and p.geometry && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    group by p.geometry, p.level
),
drawn as (
    select st_asmvtgeom(st_transform(c.geometry, 3857), t.box, 4096, 64, true) as geom,
        c.level, c.assets, c.open, c.tight, c.restricted, c.unknown, c.status, c.open_capacity_kva
    from counted c cross join tile t
)
select st_asmvt(drawn, 'capacity', 4096, 'geom') from drawn where geom is not null
