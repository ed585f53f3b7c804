-- Which screening is meant: the one of that id, of that load for all parcels, or else the newest?
select r.id, r."on", r.load_kva, r.made_at
from public_map.runs r
where (%(run)s::text is null or r.id = %(run)s)
    and (%(load_kva)s::float8 is null or r.load_kva = %(load_kva)s)
order by r.made_at desc, r.id
limit 1
