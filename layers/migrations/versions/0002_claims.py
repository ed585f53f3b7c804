"""The ledger of claims that nothing can change, claims without a batch, and the N-1 share of feeders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

WHAT = ('accepted', 'extended', 'ramped', 'energised', 'withdrawn', 'expired', 'imported', 'corrected', 'removed')


def upgrade() -> None:
    op.add_column('feeders', sa.Column('n1_share', sa.Double(), nullable=True, comment='Share of the limit that may be loaded so that the ties can take over (N-1); takes the place of 0.8'), schema='grid')
    op.create_check_constraint(op.f('ck_feeders_n1_share_range'), 'feeders', '"n1_share" > 0 and "n1_share" <= 1', schema='grid')
    op.alter_column('claims', 'batch_id', nullable=True, schema='grid')
    op.execute("create sequence grid.claim_numbers")
    op.create_table('claim_ledger',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('claim_id', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False, comment='what happened to the claim'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False, comment='day from which it holds'),
    sa.Column('who', sa.Text(), server_default=sa.text('session_user'), nullable=False, comment='person, else login'),
    sa.Column('why', sa.Text(), nullable=True),
    sa.Column('override', sa.Text(), nullable=True, comment='reason for accepting beyond the open capacity; null where it fits'),
    sa.Column('batch_id', sa.BigInteger(), nullable=True, comment='import that did it; no key, the ledger outlives what it names'),
    sa.Column('state', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="the claim's row after it without its nulls; null where it is gone"),
    sa.CheckConstraint(f"what in {WHAT}", name=op.f('ck_claim_ledger_what_known')),
    sa.CheckConstraint("override ~ '\\S'", name=op.f('ck_claim_ledger_override_has_reason')),
    sa.CheckConstraint("who ~ '\\S'", name=op.f('ck_claim_ledger_who_not_empty')),
    sa.CheckConstraint("(state is null) = (what = 'removed')", name=op.f('ck_claim_ledger_state_unless_removed')),
    sa.CheckConstraint("(batch_id is null) = (what not in ('imported', 'corrected', 'removed'))", name=op.f('ck_claim_ledger_batch')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_claim_ledger')),
    schema='grid', comment='What happened to each claim; rows are only ever added, which a trigger sees to')
    op.create_index('ix_claim_ledger_claim_id_seq', 'claim_ledger', ['claim_id', 'seq'], schema='grid')
    op.execute("""
        create function grid.refuse_ledger_change() returns trigger language plpgsql as $$
        begin
            raise exception 'the ledger of claims is never changed: % is refused', tg_op
                using errcode = 'restrict_violation', hint = 'record what happened as a new event';
        end $$
    """)
    op.execute("""
        create trigger claim_ledger_rows before update or delete on grid.claim_ledger
            for each row execute function grid.refuse_ledger_change()
    """)
    op.execute("""
        create trigger claim_ledger_truncate before truncate on grid.claim_ledger
            for each statement execute function grid.refuse_ledger_change()
    """)
    # Triggers enabled always run for a session that plays a replica too.
    op.execute("alter table grid.claim_ledger enable always trigger claim_ledger_rows")
    op.execute("alter table grid.claim_ledger enable always trigger claim_ledger_truncate")
    op.execute("""
        insert into grid.claim_ledger (claim_id, what, recorded_at, effective_on, batch_id, state)
        select c.id, 'imported', b.finished_at,
            coalesce(c.accepted_on, (b.finished_at at time zone 'Asia/Shanghai')::date), b.id,
            jsonb_strip_nulls(to_jsonb(c))
        from grid.claims c join grid.import_batches b on b.id = c.batch_id order by b.id, c.id
    """)


def downgrade() -> None:
    op.drop_table('claim_ledger', schema='grid')
    op.execute("drop function grid.refuse_ledger_change()")
    op.execute("drop sequence grid.claim_numbers")
    # Claims that no import brought have no place in the older tables.
    op.execute("delete from grid.claims where batch_id is null")
    op.alter_column('claims', 'batch_id', nullable=False, schema='grid')
    op.drop_column('feeders', 'n1_share', schema='grid')
