-- What does the newest edition tell of some assets? While there is an edition, a row for each that stands in it,
-- or one row without an asset where none does.
select e.id, e.sha256, e.rows, p.asset_id, p.body
from (select id, sha256, rows from disclosure.editions order by number desc limit 1) e
left join lateral (
    select asset_id, json_build_object(
        'asset_id', asset_id, 'level', level, 'name', name, 'substation', substation,
        'voltage_kv', voltage_kv, 'rated_kva', rated_kva, 'limit_kva', limit_kva,
        'open_capacity_kva', open_capacity_kva, 'status', status, 'reason', reason,
        'bottleneck_level', bottleneck_level, 'data_date', data_date, 'edition_id', edition_id,
        'geometry', st_asgeojson(geometry, 7)::json
    )::text as body
    from disclosure.published where edition_id = e.id and asset_id = any(%(assets)s)
) p on true
