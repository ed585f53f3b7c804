"""Parcels: the square of the map that the middle of each lies in, which tiles seen from far count by."""

from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

SQUARES = {
    'square_x': 'floor((st_x(st_centroid(geom)) + 180) / 360 * 262144)::int',
    'square_y': 'floor((1 - asinh(tan(radians(st_y(st_centroid(geom))))) / pi()) / 2 * 262144)::int',
}


def upgrade() -> None:
    added = ', '.join(
        f'add column {name} integer generated always as ({middle}) stored' for name, middle in SQUARES.items()
    )
    op.execute(f'alter table grid.parcels {added}')  # both at once: each change writes the table anew


def downgrade() -> None:
    op.drop_column('parcels', 'square_y', schema='grid')
    op.drop_column('parcels', 'square_x', schema='grid')
