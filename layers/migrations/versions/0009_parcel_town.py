"""Parcels: the town or subdistrict that screenings are summed by."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('parcels', sa.Column('town', sa.Text(), nullable=True, comment='Town or subdistrict it lies in; screenings are summed by it'), schema='grid')


def downgrade() -> None:
    op.drop_column('parcels', 'town', schema='grid')
