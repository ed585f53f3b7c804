-- The second wall: a login that may read the published tables, what views show of the working layers, and nothing
-- else. It may be run again at any time.

do $$
begin
    if not exists (select from pg_roles where rolname = 'kaimen_public') then
        create role kaimen_public
            login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    end if;
exception
    when insufficient_privilege then null;  -- `kaimen serve` says what to do
    when duplicate_object or unique_violation then null;  -- another database of the cluster has made it just now
end $$;

do $$
begin
    if exists (select from pg_roles where rolname = 'kaimen_public') then
        grant usage on schema disclosure, public_map to kaimen_public;
        grant select on disclosure.editions, disclosure.published, disclosure.parcels, disclosure.zones to kaimen_public;
        grant select on public_map.parcels, public_map.roads, public_map.water, public_map.green, public_map.railways,
            public_map.jurisdictions, public_map.runs, public_map.run_rows, public_map.zone_parts,
            public_map.layer_versions, public_map.sources to kaimen_public;
    end if;
    revoke execute on all functions in schema grid, disclosure from public;
exception
    when insufficient_privilege then null;  -- somebody else owns the tables, and has given the rights or not
end $$;

-- Temporary tables fill the disk; whoever works on the grid keeps them.
do $$
declare
    keeper text;
begin
    if has_database_privilege('public', current_database(), 'temporary')
        and exists (
            select from pg_database d
            where d.datname = current_database() and pg_has_role(current_user, d.datdba, 'usage')
        )
    then
        for keeper in
            select distinct rolname from pg_roles
            where rolname = current_user or oid = (select nspowner from pg_namespace where nspname = 'grid')
        loop
            execute format('grant temporary on database %I to %I', current_database(), keeper);
        end loop;
        execute format('revoke temporary on database %I from public', current_database());
    end if;
end $$;

-- What everyone may do in PostgreSQL and no reader of published rows needs: hold a connection or a lock, end
-- somebody's session, write large objects or the log, run a program of its own. Only a superuser may take it away.
do $$
declare
    one regprocedure;
    keeper text := (select rolname from pg_roles r join pg_namespace n on n.nspowner = r.oid where n.nspname = 'grid');
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    for one in
        select p.oid from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and (
                p.proname in (
                    'pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_terminate_backend', 'pg_cancel_backend',
                    'pg_logical_emit_message', 'lowrite', 'loread'
                )
                or p.proname ~ '^(lo_|pg_advisory_|pg_try_advisory_)'
            )
            and has_function_privilege('public', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', one);
        execute format('grant execute on function %s to %I', one, keeper);
    end loop;
    if has_language_privilege('public', 'plpgsql', 'usage') then
        revoke usage on language plpgsql from public;
        execute format('grant usage on language plpgsql to %I', keeper);
    end if;
end $$;
