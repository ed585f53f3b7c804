-- Which screenings do editions hold?
select distinct facts->'screening'->>'run_id' from disclosure.editions where facts->'screening' is not null
