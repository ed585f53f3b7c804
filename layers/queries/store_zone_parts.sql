-- Keep each part of a run's zones as a row of its own, so that a tile reads those that touch it.
insert into siting.zone_parts (run_id, reach_m, class, load_kva, geom)
select r.id, (f->'properties'->>'reach_m')::float8, f->'properties'->>'class', (f->'properties'->>'load_kva')::float8, d.geom
from siting.runs r, json_array_elements(r.zones->'features') f, st_dump(st_setsrid(st_geomfromgeojson(f->>'geometry'), 4326)) d
where r.id = %(run)s and f->>'geometry' is not null and st_geometrytype(d.geom) = 'ST_Polygon' and not st_isempty(d.geom)
