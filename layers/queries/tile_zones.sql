-- Which land of a run's zones lies in a tile?
with tile as (select box, (st_xmax(box) - st_xmin(box)) / 4096 as unit_m from st_tileenvelope(%(z)s, %(x)s, %(y)s) box),
drawn as (
    select st_asmvtgeom(st_simplify(st_transform(p.geom, 3857), 4 * t.unit_m), t.box, 4096, 64, true) as geom,
        p.reach_m, p.class, p.load_kva
    from tile t
    join public_map.zone_parts p
        on p.run_id = %(run)s and p.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    order by p.reach_m
)
select st_asmvt(drawn, 'zones', 4096, 'geom') from drawn where geom is not null
