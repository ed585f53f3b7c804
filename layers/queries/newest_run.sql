-- Which screening is meant: the one of that id, of that load for all parcels, or else the newest?
select r.id, r."on", (r.request->'load'->>'kva')::float8 as load_kva, r.made_at
from siting.runs r
where (%(run)s::text is null or r.id = %(run)s)
    and (%(load_kva)s::float8 is null or (r.request->'load'->>'kva')::float8 = %(load_kva)s)
order by r.made_at desc, r.id
limit 1
