"""What tiles are made from: the parts of zones in a table of their own, and an index of the main roads."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

MAIN = "class in ('expressway', 'primary', 'secondary', 'tertiary')"


def upgrade() -> None:
    op.create_table('zone_parts',
    sa.Column('run_id', sa.Text(), nullable=False),
    sa.Column('reach_m', sa.Double(), nullable=False, comment='longest route to an open access point'),
    sa.Column('class', sa.Text(), nullable=False),
    sa.Column('load_kva', sa.Double(), nullable=False),
    sa.Column('geom', Geometry(geometry_type='POLYGON', srid=4326, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['siting.runs.id'], name=op.f('fk_zone_parts_run_id'), ondelete='CASCADE'),
    schema='siting', comment='The zone polygons of runs, one row for each part')
    op.create_index('ix_zone_parts_run_id', 'zone_parts', ['run_id'], schema='siting')
    op.create_index('ix_zone_parts_geom', 'zone_parts', ['geom'], schema='siting', postgresql_using='gist')
    op.execute("""
        insert into siting.zone_parts (run_id, reach_m, class, load_kva, geom)
        select r.id, (f->'properties'->>'reach_m')::float8, f->'properties'->>'class',
            (f->'properties'->>'load_kva')::float8, d.geom
        from siting.runs r, json_array_elements(r.zones->'features') f,
            st_dump(st_setsrid(st_geomfromgeojson(f->>'geometry'), 4326)) d
        where f->>'geometry' is not null and st_geometrytype(d.geom) = 'ST_Polygon' and not st_isempty(d.geom)
    """)
    op.create_index('ix_roads_main_geom', 'roads', ['geom'], schema='grid', postgresql_using='gist', postgresql_where=sa.text(MAIN))


def downgrade() -> None:
    op.drop_index('ix_roads_main_geom', table_name='roads', schema='grid')
    op.drop_table('zone_parts', schema='siting')
