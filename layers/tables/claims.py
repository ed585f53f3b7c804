"""The claims register's ledger (在途登记台账): every event of every claim, for ever."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Sequence,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gis.claims.words import What
from layers.tables.base import metadata

claim_numbers = Sequence("claim_numbers", metadata=metadata)
"""Numbers of claims that are accepted without an id of their own."""

claim_ledger = Table(
    "claim_ledger",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("claim_id", Text, nullable=False),
    Column("what", Text, nullable=False, comment="what happened to the claim"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("effective_on", Date, nullable=False, comment="day from which it holds"),
    Column("who", Text, nullable=False, server_default=text("session_user"), comment="person, else login"),
    Column("why", Text),
    Column("override", Text, comment="reason for accepting beyond the open capacity; null where it fits"),
    Column("batch_id", BigInteger, comment="import that did it; no key, the ledger outlives what it names"),
    Column("state", JSONB, comment="the claim's row after it without its nulls; null where it is gone"),
    CheckConstraint(f"what in ({', '.join(repr(each.value) for each in What)})", name="what_known"),
    CheckConstraint("override ~ '\\S'", name="override_has_reason"),
    CheckConstraint("who ~ '\\S'", name="who_not_empty"),
    CheckConstraint("(state is null) = (what = 'removed')", name="state_unless_removed"),
    CheckConstraint("(batch_id is null) = (what not in ('imported', 'corrected', 'removed'))", name="batch"),
    Index("ix_claim_ledger_claim_id_seq", "claim_id", "seq"),
    comment="What happened to each claim; rows are only ever added, which a trigger sees to",
)
