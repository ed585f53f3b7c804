-- Which substations lie in a tile, each a point where it is, with its live figure?
with tile as (select st_tileenvelope(%(z)s, %(x)s, %(y)s) as box),
drawn as (
    select st_asmvtgeom(st_transform(st_pointonsurface(s.geom), 3857), t.box, 4096, 64, true) as geom,
        s.id, s.name, s.voltage_kv, l.status, l.open_kva
    from tile t
    join grid.substations s on s.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    left join unnest(%(ids)s::text[], %(open_kva)s::float8[], %(status)s::text[]) as l(id, open_kva, status) on l.id = s.id
    order by s.id
)
select st_asmvt(drawn, 'substations', 4096, 'geom') from drawn where geom is not null
