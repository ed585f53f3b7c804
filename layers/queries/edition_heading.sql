-- What has every answer from an edition to say of it?
select id, sha256, rows, as_of, created_at, facts #>> '{settings,values,cadence}',
    facts #> '{settings,values,bands_kva}'
from disclosure.editions where id = %(edition)s
