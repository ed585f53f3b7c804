"""Jobs: work that takes longer than a request, in the schema of screenings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('jobs',
    sa.Column('id', sa.Text(), nullable=False, comment='random: whoever knows it was told'),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('question', postgresql.JSONB(), nullable=False, comment='what was asked, in its canonical form'),
    sa.Column('token_id', sa.Text(), nullable=False, comment='who asked'),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False, comment='how often it was begun'),
    sa.Column('cancel_asked', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('step', sa.Text(), nullable=True, comment='what is being done'),
    sa.Column('done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('total', sa.Integer(), server_default='0', nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('run_id', sa.Text(), nullable=True, comment='the screening that answers'),
    sa.Column('error', postgresql.JSONB(), nullable=True, comment='why it failed: kind, detail, repair, faults'),
    sa.CheckConstraint("kind in ('screen')", name=op.f('ck_jobs_kind_known')),
    sa.CheckConstraint("state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'lost')", name=op.f('ck_jobs_state_known')),
    sa.CheckConstraint("id ~ '^[A-Za-z0-9_-]{22}$'", name=op.f('ck_jobs_id_form')),
    sa.CheckConstraint('attempts >= 0 and 0 <= done and done <= total', name=op.f('ck_jobs_counts')),
    sa.CheckConstraint("(ended_at is not null) = (state in ('done', 'failed', 'cancelled', 'lost'))", name=op.f('ck_jobs_ended')),
    sa.CheckConstraint("(run_id is not null) = (state = 'done')", name=op.f('ck_jobs_answered')),
    sa.CheckConstraint("(error is not null) = (state = 'failed')", name=op.f('ck_jobs_failed')),
    sa.ForeignKeyConstraint(['run_id'], ['siting.runs.id'], name=op.f('fk_jobs_run_id')),
    sa.ForeignKeyConstraint(['token_id'], ['access.tokens.id'], name=op.f('fk_jobs_token_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    schema='siting', comment='What was asked of the service that takes longer than a request')
    op.create_index('ix_jobs_token_id_asked_at', 'jobs', ['token_id', 'asked_at'], schema='siting')


def downgrade() -> None:
    op.drop_table('jobs', schema='siting')
