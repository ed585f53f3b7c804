"""Disclosure editions: tables that only grow, and the role that publishes."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TABLES = ("disclosure.editions", "disclosure.published", "disclosure_inputs.assets", "disclosure_inputs.claims")


def upgrade() -> None:
    op.execute("create schema disclosure")
    op.execute("create schema disclosure_inputs")
    op.create_table('editions',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='place in the chain, from 1'),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('corrects', sa.Text(), nullable=True),
    sa.Column('previous', sa.Text(), nullable=True),
    sa.Column('previous_sha256', sa.Text(), nullable=True),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('rows_sha256', sa.Text(), nullable=False),
    sa.Column('inputs_sha256', sa.Text(), nullable=False),
    sa.Column('facts', postgresql.JSON(astext_type=sa.Text()), nullable=False, comment='canonical JSON; kept as it was written'),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_editions_number_positive')),
    sa.CheckConstraint('(number = 1) = (previous is null) and (previous is null) = (previous_sha256 is null)', name=op.f('ck_editions_chained')),
    sa.ForeignKeyConstraint(['corrects'], ['disclosure.editions.id'], name=op.f('fk_editions_corrects')),
    sa.ForeignKeyConstraint(['previous'], ['disclosure.editions.id'], name=op.f('fk_editions_previous')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_editions')),
    sa.UniqueConstraint('number', name=op.f('uq_editions_number')),
    sa.UniqueConstraint('previous', name=op.f('uq_editions_previous')),
    sa.UniqueConstraint('sha256', name=op.f('uq_editions_sha256')),
    schema='disclosure', comment='One row for each published edition; a row never changes')
    op.create_table('published',
    sa.Column('edition_id', sa.Text(), nullable=False),
    sa.Column('asset_id', sa.Text(collation='C'), nullable=False),
    sa.Column('level', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('substation', sa.Text(), nullable=True),
    sa.Column('voltage_kv', sa.Numeric(18, 3), nullable=True),
    sa.Column('rated_kva', sa.Numeric(18, 1), nullable=True),
    sa.Column('limit_kva', sa.Numeric(18, 1), nullable=True),
    sa.Column('open_capacity_kva', sa.Numeric(18, 1), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('bottleneck_level', sa.Text(), nullable=True),
    sa.Column('data_date', sa.Date(), nullable=True),
    sa.Column('geometry', Geometry('POLYGON', srid=4326, spatial_index=False), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['disclosure.editions.id'], name=op.f('fk_published_edition_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('edition_id', 'asset_id', name=op.f('pk_published')),
    schema='disclosure', comment='What an edition tells of each asset')
    op.create_index('ix_published_geometry', 'published', ['geometry'], schema='disclosure', postgresql_using='gist')
    op.create_table('assets',
    sa.Column('edition_id', sa.Text(), nullable=False),
    sa.Column('asset_id', sa.Text(collation='C'), nullable=False),
    sa.Column('level', sa.Text(), nullable=True),
    sa.Column('withheld', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.Text(), nullable=True),
    sa.Column('rated_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('limit_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('limit_kind', sa.Text(), nullable=True),
    sa.Column('peak_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('peak_label', sa.Text(), nullable=True),
    sa.Column('peak_date', sa.Date(), nullable=True),
    sa.Column('pending_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('own_before_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('own_after_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('effective_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('published_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('disclosed_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('disclosed_label', sa.Text(), nullable=True),
    sa.Column('bottleneck_id', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('upper_bound', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['disclosure.editions.id'], name=op.f('fk_assets_edition_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('edition_id', 'asset_id', name=op.f('pk_assets')),
    schema='disclosure_inputs', comment='What the figures of each asset came from')
    op.create_table('claims',
    sa.Column('edition_id', sa.Text(), nullable=False),
    sa.Column('claim_id', sa.Text(collation='C'), nullable=False),
    sa.Column('asset_id', sa.Text(), nullable=True),
    sa.Column('site', sa.Text(), nullable=True),
    sa.Column('kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('pending_kva', sa.Numeric(18, 3), nullable=True),
    sa.Column('accepted_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('energised_on', sa.Date(), nullable=True),
    sa.Column('withdrawn_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['disclosure.editions.id'], name=op.f('fk_claims_edition_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('edition_id', 'claim_id', name=op.f('pk_claims')),
    schema='disclosure_inputs', comment='Every claim as it stood')
    op.execute(IMMUTABLE)
    for table in TABLES:
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on {table}"
            " for each statement execute function disclosure.refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger refuse_change")
    for table in TABLES[1:]:
        op.execute(
            f"create trigger refuse_late_rows after insert on {table} referencing new table as fresh"
            " for each statement execute function disclosure.refuse_late_rows()"
        )
        op.execute(f"alter table {table} enable always trigger refuse_late_rows")
    op.execute(
        "create trigger refuse_loose_link before insert on disclosure.editions"
        " for each row execute function disclosure.refuse_loose_link()"
    )
    op.execute("alter table disclosure.editions enable always trigger refuse_loose_link")
    op.execute(ROLE)


def downgrade() -> None:
    op.execute(KEPT)
    op.execute("drop schema disclosure_inputs cascade")
    op.execute("drop schema disclosure cascade")


IMMUTABLE = """
create function disclosure.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'an edition never changes: % of %.% is refused', lower(tg_op), tg_table_schema, tg_table_name
        using errcode = 'restrict_violation', hint = 'publish a new edition that corrects it';
end $$;

create function disclosure.refuse_late_rows() returns trigger language plpgsql as $$
declare late text;
begin
    select e.id into late from disclosure.editions e where e.id in (select distinct edition_id from fresh) limit 1;
    if late is not null then
        raise exception 'edition % is published: no row can be added to %.%', late, tg_table_schema, tg_table_name
            using errcode = 'restrict_violation', hint = 'publish a new edition that corrects it';
    end if;
    return null;
end $$;

create function disclosure.refuse_loose_link() returns trigger language plpgsql as $$
declare head record;
begin
    select e.id, e.number, e.sha256 into head from disclosure.editions e order by e.number desc limit 1;
    if new.number <> coalesce(head.number, 0) + 1 or new.previous is distinct from head.id
        or new.previous_sha256 is distinct from head.sha256 then
        raise exception 'edition % does not follow the newest one, %', new.id, coalesce(head.id, 'none')
            using errcode = 'restrict_violation', hint = 'publish again';
    end if;
    return new;
end $$;
"""

ROLE = """
do $$
begin
    if not exists (select from pg_roles where rolname = 'kaimen_publisher') then
        create role kaimen_publisher nologin;
    end if;
exception
    when insufficient_privilege then null;  -- the triggers stand alone
    when duplicate_object or unique_violation then null;  -- another database of the cluster has made it just now
end $$;

do $$
begin
    if exists (select from pg_roles where rolname = 'kaimen_publisher') then
        grant usage on schema disclosure, disclosure_inputs to kaimen_publisher;
        grant select, insert on all tables in schema disclosure, disclosure_inputs to kaimen_publisher;
        if not pg_has_role(current_user, 'kaimen_publisher', 'member') then
            grant kaimen_publisher to current_user;
        end if;
    end if;
exception
    when insufficient_privilege then null;
end $$;
"""

KEPT = """
do $$
begin
    if exists (select from disclosure.editions) then
        raise exception 'editions are published, and they are never removed'
            using errcode = 'restrict_violation', hint = 'keep the newer version of the tables';
    end if;
end $$;
"""
