-- Which screenings can be shown: of each load for all parcels, and of the parcels' own loads, the newest one,
-- or the one of that id?
select distinct on (l.load_kva) r.id, r."on", l.load_kva, r.made_at, r.summary
from siting.runs r
cross join lateral (select (r.request->'load'->>'kva')::float8 as load_kva) l
order by l.load_kva nulls first, r.id = %(run)s::text desc, r.made_at desc, r.id
