-- Which feeders lie in a tile as an edition tells of them: the cell of a grid, and the figure as it is published?
with tile as (select st_tileenvelope(%(z)s, %(x)s, %(y)s) as box),
drawn as (
    select st_asmvtgeom(st_transform(p.geometry, 3857), t.box, 4096, 64, true) as geom,
        p.asset_id as id, p.name, p.voltage_kv::float8 as voltage_kv, p.status, p.open_capacity_kva::float8 as open_kva
    from tile t
    join disclosure.published p
        on p.edition_id = %(edition)s and p.level = 'feeder'
        and p.geometry && st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    order by p.asset_id
)
select st_asmvt(drawn, 'feeders', 4096, 'geom') from drawn where geom is not null
