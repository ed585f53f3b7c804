"""Jobs (任务): work that takes longer than a request, kept until it is done, and what became of it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from layers.tables.base import metadata
from layers.tables.screenings import SITING
from layers.tables.tokens import ACCESS

KINDS: Final = ("screen",)
"""What a job can be: a screening of all parcels (全域筛查)."""

UNDER_WAY: Final = ("waiting", "running")
ENDED: Final = ("done", "failed", "cancelled", "lost")
"""``lost``: the process that worked on it died each time it was tried."""


def _one_of(names: tuple[str, ...]) -> str:
    return f"in ({', '.join(repr(each) for each in names)})"


jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True, comment="random: whoever knows it was told"),
    Column("kind", Text, nullable=False),
    Column("question", JSONB, nullable=False, comment="what was asked, in its canonical form"),
    Column("token_id", Text, ForeignKey(f"{ACCESS}.tokens.id"), nullable=False, comment="who asked"),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0", comment="how often it was begun"),
    Column("cancel_asked", Boolean, nullable=False, server_default="false"),
    Column("step", Text, comment="what is being done"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("run_id", Text, ForeignKey(f"{SITING}.runs.id"), comment="the screening that answers"),
    Column("error", JSONB, comment="why it failed: kind, detail, repair, faults"),
    CheckConstraint(f"kind {_one_of(KINDS)}", name="kind_known"),
    CheckConstraint(f"state {_one_of((*UNDER_WAY, *ENDED))}", name="state_known"),
    CheckConstraint("id ~ '^[A-Za-z0-9_-]{22}$'", name="id_form"),
    CheckConstraint("attempts >= 0 and 0 <= done and done <= total", name="counts"),
    CheckConstraint(f"(ended_at is not null) = (state {_one_of(ENDED)})", name="ended"),
    CheckConstraint("(run_id is not null) = (state = 'done')", name="answered"),
    CheckConstraint("(error is not null) = (state = 'failed')", name="failed"),
    Index("ix_jobs_token_id_asked_at", "token_id", "asked_at"),
    schema=SITING,
    comment="What was asked of the service that takes longer than a request",
)
