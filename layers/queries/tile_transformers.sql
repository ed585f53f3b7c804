-- Which distribution transformers lie in a tile, each where it is, with its live figure?
with tile as (select st_tileenvelope(%(z)s, %(x)s, %(y)s) as box),
drawn as (
    select st_asmvtgeom(st_transform(d.geom, 3857), t.box, 4096, 64, true) as geom,
        d.id, d.name, d.rated_kva, l.status, l.open_kva
    from tile t
    join grid.transformers d on d.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    left join unnest(%(ids)s::text[], %(open_kva)s::float8[], %(status)s::text[]) as l(id, open_kva, status) on l.id = d.id
    order by d.id
)
select st_asmvt(drawn, 'transformers', 4096, 'geom') from drawn where geom is not null
