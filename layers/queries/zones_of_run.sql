-- What land is in a run's zones, of the parts that a box touches, as GeoJSON features from near to far?
select json_build_object(
    'type', 'Feature',
    'properties', json_build_object('reach_m', p.reach_m, 'class', p.class, 'load_kva', p.load_kva),
    'geometry', st_asgeojson(st_multi(st_collect(p.geom)), 7, 0)::json
)::text
from public_map.zone_parts p
where p.run_id = %(run)s and exists (
    select from unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[]) as b(w, s, e, n)
    where st_intersects(p.geom, st_makeenvelope(b.w, b.s, b.e, b.n, 4326))
)
group by p.reach_m, p.class, p.load_kva
order by p.reach_m
