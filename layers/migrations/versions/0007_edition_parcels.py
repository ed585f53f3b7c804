"""Editions: the classes of screened parcels and the zones, as the public sees them."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TABLES = ("disclosure.parcels", "disclosure.zones")


def upgrade() -> None:
    op.create_table('parcels',
    sa.Column('edition_id', sa.Text(), nullable=False),
    sa.Column('parcel_id', sa.Text(collation='C'), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('land_use', sa.Text(), nullable=True),
    sa.Column('area_ha', sa.Numeric(18, 4), nullable=True),
    sa.Column('class', sa.Text(), nullable=True),
    sa.Column('failed_test', sa.Text(), nullable=True),
    sa.Column('load_kva', sa.Numeric(18, 1), nullable=True),
    sa.Column('level', sa.Text(), nullable=True),
    sa.Column('length_m', sa.Numeric(18, 1), nullable=True),
    sa.Column('procedure', sa.Text(), nullable=True),
    sa.Column('limit_working_days', sa.Numeric(18, 1), nullable=True),
    sa.Column('decision_kind', sa.Text(), nullable=True),
    sa.Column('jurisdiction', sa.Text(), nullable=True),
    sa.Column('on', sa.Date(), nullable=True),
    sa.Column('run_id', sa.Text(), nullable=True),
    sa.Column('geometry', Geometry('MULTIPOLYGON', srid=4326, spatial_index=False), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['disclosure.editions.id'], name=op.f('fk_parcels_edition_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('edition_id', 'parcel_id', name=op.f('pk_parcels')),
    schema='disclosure', comment='What an edition tells of each screened parcel')
    op.create_index('ix_parcels_geometry', 'parcels', ['geometry'], schema='disclosure', postgresql_using='gist')
    op.create_table('zones',
    sa.Column('edition_id', sa.Text(), nullable=False),
    sa.Column('zone_id', sa.Text(collation='C'), nullable=False),
    sa.Column('class', sa.Text(), nullable=True),
    sa.Column('reach_m', sa.Numeric(18, 1), nullable=True),
    sa.Column('load_kva', sa.Numeric(18, 1), nullable=True),
    sa.Column('geometry', Geometry('MULTIPOLYGON', srid=4326, spatial_index=False), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['disclosure.editions.id'], name=op.f('fk_zones_edition_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('edition_id', 'zone_id', name=op.f('pk_zones')),
    schema='disclosure', comment='From where a load reaches an open access point')
    op.create_index('ix_zones_geometry', 'zones', ['geometry'], schema='disclosure', postgresql_using='gist')
    for table in TABLES:
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on {table}"
            " for each statement execute function disclosure.refuse_change()"
        )
        op.execute(
            f"create trigger refuse_late_rows after insert on {table} referencing new table as fresh"
            " for each statement execute function disclosure.refuse_late_rows()"
        )
        for trigger in ("refuse_change", "refuse_late_rows"):
            op.execute(f"alter table {table} enable always trigger {trigger}")
    op.execute(RIGHTS)


def downgrade() -> None:
    op.execute(KEPT)
    for table in TABLES:
        op.execute(f"drop table {table}")


RIGHTS = """
do $$
begin
    if exists (select from pg_roles where rolname = 'kaimen_publisher') then
        grant select, insert on disclosure.parcels, disclosure.zones to kaimen_publisher;
    end if;
exception
    when insufficient_privilege then null;  -- the triggers stand alone
end $$;
"""

KEPT = """
do $$
begin
    if exists (select from disclosure.parcels) or exists (select from disclosure.zones) then
        raise exception 'editions with screened parcels are published, and they are never removed'
            using errcode = 'restrict_violation', hint = 'keep the newer version of the tables';
    end if;
end $$;
"""
