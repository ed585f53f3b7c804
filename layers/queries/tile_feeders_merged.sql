-- Which feeders lie in a tile, their pieces joined and simplified, each with its live figure?
with tile as (select box, (st_xmax(box) - st_xmin(box)) / 4096 as unit_m from st_tileenvelope(%(z)s, %(x)s, %(y)s) box),
drawn as (
    select st_asmvtgeom(
            st_simplify(st_linemerge(st_transform(f.geom, 3857)), 4 * t.unit_m, true), t.box, 4096, 64, true
        ) as geom,
        f.id, f.name, f.voltage_kv, f.construction, l.status, l.open_kva
    from tile t
    join grid.feeders f on f.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    left join unnest(%(ids)s::text[], %(open_kva)s::float8[], %(status)s::text[]) as l(id, open_kva, status) on l.id = f.id
    order by f.id
)
select st_asmvt(drawn, 'feeders', 4096, 'geom') from drawn where geom is not null
