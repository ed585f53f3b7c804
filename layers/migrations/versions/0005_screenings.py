"""Screenings: runs and the row of every parcel, in a schema of the private role alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema siting")
    op.create_table('runs',
    sa.Column('id', sa.Text(), nullable=False, comment='digest of question, parameters and data'),
    sa.Column('made_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('request', postgresql.JSONB(), nullable=False, comment='what was asked, and by which parameters'),
    sa.Column('inputs', postgresql.JSONB(), nullable=False, comment='versions of the layers, of policies and of the code'),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('summary', postgresql.JSONB(), nullable=False, comment='parcels, area and load by class'),
    sa.Column('zones', postgresql.JSON(), nullable=False, comment='the zone polygons as GeoJSON'),
    sa.Column('sha256', sa.Text(), nullable=False, comment='of the canonical bytes of the rows'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_runs')),
    schema='siting', comment='Screenings; the same question of the same data is the same run')
    op.create_table('run_rows',
    sa.Column('run_id', sa.Text(), nullable=False),
    sa.Column('parcel_id', sa.Text(), nullable=False),
    sa.Column('class', sa.Text(), nullable=True),
    sa.Column('failed_test', sa.Text(), nullable=True),
    sa.Column('load_kva', sa.Double(), nullable=True),
    sa.Column('load_source', sa.Text(), nullable=True),
    sa.Column('asset_id', sa.Text(), nullable=True),
    sa.Column('asset_name', sa.Text(), nullable=True),
    sa.Column('level', sa.Text(), nullable=True),
    sa.Column('open_capacity_kva', sa.Double(), nullable=True),
    sa.Column('bottleneck_level', sa.Text(), nullable=True),
    sa.Column('length_m', sa.Double(), nullable=True),
    sa.Column('crossing_m', sa.Double(), nullable=True),
    sa.Column('crossing_count', sa.Integer(), nullable=True),
    sa.Column('city_road_crossing_m', sa.Double(), nullable=True),
    sa.Column('excavation_m', sa.Double(), nullable=True),
    sa.Column('green_m', sa.Double(), nullable=True),
    sa.Column('along_main_road_m', sa.Double(), nullable=True),
    sa.Column('along_infrastructure_m', sa.Double(), nullable=True),
    sa.Column('procedure', sa.Text(), nullable=True),
    sa.Column('limit_working_days', sa.Double(), nullable=True),
    sa.Column('decision_kind', sa.Text(), nullable=True),
    sa.Column('options', postgresql.JSON(), nullable=True),
    sa.Column('upper_bound', sa.Boolean(), nullable=True),
    sa.Column('jurisdiction', sa.Text(), nullable=True),
    sa.Column('on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['siting.runs.id'], name=op.f('fk_run_rows_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('run_id', 'parcel_id', name=op.f('pk_run_rows')),
    schema='siting', comment='What a screening found for each parcel')
    op.create_index('ix_run_rows_parcel_id', 'run_rows', ['parcel_id'], schema='siting')


def downgrade() -> None:
    op.execute("drop schema siting cascade")
