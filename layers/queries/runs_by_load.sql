-- Which screenings can be shown: of each load for all parcels, and of the parcels' own loads, the newest one,
-- or the one of that id?
select distinct on (r.load_kva) r.id, r."on", r.load_kva, r.made_at, r.by_class, r.area_ha
from public_map.runs r
order by r.load_kva nulls first, r.id = %(run)s::text desc, r.made_at desc, r.id
