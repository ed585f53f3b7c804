-- Keep each part of a run's zones as a row of its own, so that a tile reads those that touch it.
-- Materialized: a zone is megabytes of JSON, and is read once and not for each of its parts.
with zones as materialized (
    select r.id, (f->'properties'->>'reach_m')::float8 as reach_m, f->'properties'->>'class' as class,
        (f->'properties'->>'load_kva')::float8 as load_kva, st_setsrid(st_geomfromgeojson(f->>'geometry'), 4326) as geom
    from siting.runs r, json_array_elements(r.zones->'features') f
    where r.id = %(run)s and f->>'geometry' is not null
)
insert into siting.zone_parts (run_id, reach_m, class, load_kva, geom)
select z.id, z.reach_m, z.class, z.load_kva, d.geom
from zones z, st_dump(z.geom) d
where st_geometrytype(d.geom) = 'ST_Polygon' and not st_isempty(d.geom)
