-- What has every answer from an edition to say of it?
select id, sha256, rows, as_of, created_at, facts #>> '{settings,values,cadence}',
    facts #> '{settings,values,bands_kva}',
    json_build_object(
        'published', rows,
        'parcels', coalesce((facts #>> '{screening,parcels,rows}')::bigint, 0),
        'zones', coalesce((facts #>> '{screening,zones,rows}')::bigint, 0)
    ),
    facts -> 'sources'
from disclosure.editions where id = %(edition)s
