-- Which parcels lie in a tile, each with its class of a run? A parcel that is smaller than a unit of the tile is drawn
-- as a square of two units, so that none is missing.
with tile as (select box, (st_xmax(box) - st_xmin(box)) / 4096 as unit_m from st_tileenvelope(%(z)s, %(x)s, %(y)s) box),
found as (
    select p.id, p.name, r.class, r.failed_test, p.land_use, st_transform(p.geom, 3857) as geom,
        floor(10 * coalesce(r.load_kva, p.load_kva) + 0.5) / 10 as load_kva
    from grid.parcels p left join siting.run_rows r on r.run_id = %(run)s and r.parcel_id = p.id
    where p.geom && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
),
drawn as (
    select coalesce(
            st_asmvtgeom(st_simplify(f.geom, 2 * t.unit_m, true), t.box, 4096, 64, true),
            st_asmvtgeom(st_expand(st_pointonsurface(f.geom), t.unit_m), t.box, 4096, 64, true)
        ) as geom,
        f.id, f.name, f.class, f.failed_test, f.land_use, f.load_kva
    from found f cross join tile t
    order by f.id
)
select st_asmvt(drawn, 'parcels', 4096, 'geom') from drawn where geom is not null
