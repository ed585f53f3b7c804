-- What the login that asks may do beyond reading what is for everybody, and what it may not that it should.
with me as (
    select oid, rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
    from pg_roles where rolname = current_user
),
spaces as (
    select oid, nspname from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_(toast|temp)'
),
readable as (
    select 'disclosure' as space, unnest(array['editions', 'published', 'parcels', 'zones']) as name
    union all
    select 'public_map', unnest(array[
        'parcels', 'roads', 'water', 'green', 'railways', 'jurisdictions', 'runs', 'run_rows', 'zone_parts',
        'layer_versions', 'sources'
    ])
),
relations as (
    select c.oid, c.relkind, n.nspname || '.' || c.relname as name,
        exists (select from readable r where r.space = n.nspname and r.name = c.relname)
            -- PostGIS lets everyone read its list of reference systems.
            or exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            as readable
    from pg_class c join spaces n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
)
select 'it is a superuser' as breach from me where rolsuper
union all
select 'it may make roles or databases, replicate, or pass row security' from me
where rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
union all
select 'it is a member of ' || r.rolname from pg_roles r, me
where not me.rolsuper and r.oid <> me.oid and pg_has_role(me.oid, r.oid, 'member')
union all
select 'it may read ' || name from relations
where not readable
    and case when relkind = 'S' then has_sequence_privilege(oid, 'select, usage') else has_any_column_privilege(oid, 'select') end
union all
select 'it may change ' || name from relations
where case when relkind = 'S' then has_sequence_privilege(oid, 'update')
    else has_any_column_privilege(oid, 'insert, update, references') or has_table_privilege(oid, 'delete, truncate, trigger') end
union all
select 'it may create in the schema ' || nspname from spaces where has_schema_privilege(oid, 'create')
union all
select 'it may create schemas in the database' where has_database_privilege(current_database(), 'create')
union all
select 'it may not read ' || space || '.' || name
from readable
where not exists (
    select from spaces n join pg_class c on c.relnamespace = n.oid
    where n.nspname = readable.space and c.relname = readable.name
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
)
