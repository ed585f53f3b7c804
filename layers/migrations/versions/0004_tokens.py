"""Tokens that raise a request's tier, in a schema of the private role alone."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema access")
    op.create_table('tokens',
    sa.Column('id', sa.Text(), nullable=False, comment='first part of the token, to recognise it by'),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True, comment='whose it is, or what for'),
    sa.Column('sha256', sa.Text(), nullable=False, comment='of the whole token, hexadecimal'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role in ('planner', 'operator')", name=op.f('ck_tokens_role_known')),
    sa.CheckConstraint("id ~ '^[0-9a-f]{12}$'", name=op.f('ck_tokens_id_form')),
    sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f('ck_tokens_sha256_form')),
    sa.CheckConstraint('expires_at > created_at', name=op.f('ck_tokens_expires_later')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tokens')),
    schema='access', comment='Tokens by their hash; the token itself is nowhere')


def downgrade() -> None:
    op.execute("drop schema access cascade")
