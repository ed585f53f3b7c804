-- What land, water and ways lie in a tile, seen from near?
with tile as (
    select box, (st_xmax(box) - st_xmin(box)) / 4096 as unit_m, (%(north)s - %(south)s) / 4096 as unit_deg
    from st_tileenvelope(%(z)s, %(x)s, %(y)s) box
),
seen as (select st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) as box),
water as (
    select st_asmvtgeom(st_simplify(st_transform(w.geom, 3857), 2 * t.unit_m), t.box, 4096, 64, true) as geom, w.name
    from tile t cross join seen join public_map.water w on w.geom && seen.box
    where greatest(st_xmax(w.geom) - st_xmin(w.geom), st_ymax(w.geom) - st_ymin(w.geom)) > 8 * t.unit_deg
),
green as (
    select st_asmvtgeom(st_simplify(st_transform(g.geom, 3857), 2 * t.unit_m), t.box, 4096, 64, true) as geom, g.name
    from tile t cross join seen join public_map.green g on g.geom && seen.box
    where greatest(st_xmax(g.geom) - st_xmin(g.geom), st_ymax(g.geom) - st_ymin(g.geom)) > 8 * t.unit_deg
),
railways as (
    select st_asmvtgeom(st_simplify(st_transform(l.geom, 3857), 2 * t.unit_m), t.box, 4096, 64, true) as geom, l.name
    from tile t cross join seen join public_map.railways l on l.geom && seen.box
),
joined as (
    select r.class, r.name, st_linemerge(st_collect(st_transform(r.geom, 3857))) as geom
    from seen join public_map.roads r on r.geom && seen.box and (r.class is distinct from 'track' or %(z)s >= 14)
    group by r.class, r.name
),
roads as (
    select st_asmvtgeom(st_simplify(j.geom, 2 * t.unit_m), t.box, 4096, 64, true) as geom, j.class, j.name
    from joined j cross join tile t
    order by j.class, j.name
)
select (select st_asmvt(water, 'water', 4096, 'geom') from water where geom is not null)
    || (select st_asmvt(green, 'green', 4096, 'geom') from green where geom is not null)
    || (select st_asmvt(railways, 'railways', 4096, 'geom') from railways where geom is not null)
    || (select st_asmvt(roads, 'roads', 4096, 'geom') from roads where geom is not null)
