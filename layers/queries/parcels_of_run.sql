-- Which parcels does a box touch, and which class has a run found for each?
select distinct on (p.id collate "C") json_build_object(
    'id', p.id, 'class', r.class, 'failed_test', r.failed_test,
    'area_ha', round((st_area(p.geom::geography) / 10000)::numeric, 4)
)::text
from unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[]) as b(w, s, e, n)
join grid.parcels p on st_intersects(p.geom, st_makeenvelope(b.w, b.s, b.e, b.n, 4326))
join siting.run_rows r on r.run_id = %(run)s and r.parcel_id = p.id
order by p.id collate "C"
limit %(limit)s
